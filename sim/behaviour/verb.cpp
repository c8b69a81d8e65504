#include "sim/behaviour/verb.hpp"

#include <algorithm>
#include <array>

#include <ringproof/abi_constants.hpp>

namespace ringproof::sim {

namespace {

constexpr std::string_view registering =
    "entries= addr@ flags= resv= min_left= count= null unreadable tail=";
constexpr std::string_view receiving =
    "user= len= total= bundle multishot poll_first async waitall dontwait peek trunc link drain "
    "skip no_select fixed ioprio= addr@ off= sqe_flags=";
constexpr std::string_view messaging =
    "user= len= iovecs= name= control= multishot bundle poll_first async waitall dontwait peek "
    "trunc link skip no_select total= ioprio=";
constexpr std::string_view reading =
    "user= len= off= addr@ iovecs= async nowait link drain skip no_select fixed ioprio= sqe_flags=";

constexpr auto forms = std::to_array<verb_form>({
    {"ring", verb::ring, "",
     "entries= cq= flags= coop taskrun defer single_issuer sqpoll disabled submit_all"},
    {"enable", verb::enable, "", ""},
    {"feature", verb::feature, "n", ""},
    {"ring_close", verb::ring_close, "", ""},
    {"ring_unmap", verb::ring_unmap, "", ""},
    {"memlock", verb::memlock, "n", ""},
    {"open", verb::open, "Fk", "nonblock"},
    {"listen", verb::listen, "F", ""},
    {"connect", verb::connect, "f", ""},
    {"feed", verb::feed, "ft", ""},
    {"finish", verb::finish, "f", ""},
    {"reset", verb::reset, "f", ""},
    {"drain", verb::drain, "f", ""},
    {"close", verb::close, "f", ""},
    {"group", verb::group, "n", "entries= mapped inc min_left= tail= same= addr@"},
    {"register", verb::register_, "n", registering},
    {"unregister", verb::unregister, "n", registering},
    {"opcode", verb::opcode, "n", ""},
    {"opcode_on", verb::opcode_on, "fn", ""},
    {"status", verb::status, "n", "resv= count= null unreadable"},
    {"map", verb::map, "n", "offset= size="},
    {"unmap", verb::unmap, "n", ""},
    {"discard", verb::discard, "n", ""},
    {"replace", verb::replace, "n", ""},
    {"add", verb::add, "n*", ""},
    {"stage", verb::stage, "n", "bid= len= addr@"},
    {"publish", verb::publish, "n", "tail="},
    {"edit", verb::edit, "nn", "bid= len= addr@ resv="},
    {"slot", verb::slot, "nn", ""},
    {"tail", verb::tail, "n", ""},
    {"text", verb::text, "nn", "at= size= hex"},
    {"recv", verb::request, "fn", receiving, abi::ioring_op_recv},
    {"recvmsg", verb::request, "fn", messaging, abi::ioring_op_recvmsg},
    {"read", verb::request, "fn", reading, abi::ioring_op_read},
    {"readv", verb::request, "fn", reading, abi::ioring_op_readv},
    {"read_multishot", verb::request, "fn", reading, abi::ioring_op_read_multishot},
    {"send", verb::request, "fn", receiving, abi::ioring_op_send},
    {"sendmsg", verb::request, "fn", receiving, abi::ioring_op_sendmsg},
    {"nop", verb::request, "", "user= link drain skip group= sqe_flags="},
    {"cancel", verb::request, "n", "user= op_flags= link skip", abi::ioring_op_async_cancel},
    {"timeout", verb::request, "n", "user= link skip", abi::ioring_op_timeout},
    {"shutdown", verb::request, "f", "user= how=", abi::ioring_op_shutdown},
    {"accept", verb::request, "f", "user= multishot", abi::ioring_op_accept},
    {"provide", verb::request, "n", "user= bid= len= count= addr@ skip",
     abi::ioring_op_provide_buffers},
    {"remove", verb::request, "n", "user= count=", abi::ioring_op_remove_buffers},
    {"sqe", verb::request, "n", "fd= user= off= addr@ len= op_flags= sqe_flags= ioprio= group="},
    {"submit", verb::submit, "", ""},
    {"enter", verb::enter, "", "submit= wait= flags="},
    {"run", verb::run, "?", "any"},
    {"seen", verb::seen, "", "any"},
    {"flags", verb::flags, "", ""},
    {"lost", verb::lost, "", ""},
    {"pass", verb::pass, "n", ""},
    {"await", verb::await, "nn", ""},
});

}  // namespace

std::span<const verb_form> verb_forms() noexcept { return forms; }

const verb_form* find_verb(std::string_view name) noexcept {
    const auto found = std::ranges::find(forms, name, &verb_form::name);
    return found == forms.end() ? nullptr : &*found;
}

std::string_view operand_of(const verb_form& form, std::string_view name) noexcept {
    for (std::string_view rest = form.operands; !rest.empty();) {
        const std::string_view word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
        const bool takes_value = word.ends_with('=') || word.ends_with('@');
        if (word.substr(0, word.size() - (takes_value ? 1 : 0)) == name) return word;
    }
    return {};
}

}  // namespace ringproof::sim
