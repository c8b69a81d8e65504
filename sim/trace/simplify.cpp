#include "sim/trace/simplify.hpp"

#include <algorithm>

#include "sim/profile_name.hpp"

namespace ringproof::sim::simplify {

namespace {

/// The operation as another kind: operands that the other has not are left out.
op as_kind(const op& whole, op_kind kind) {
    op made{.kind = kind};
    for (const operand& part : form_of(kind).operands) {
        if (part.name.empty()) break;
        set_value(made, part, std::min(value_of(whole, part), part.most));
    }
    return made;
}

std::vector<op_kind> simpler_kinds(op_kind kind) {
    switch (kind) {
        case op_kind::receive:
            return {op_kind::recv_multishot, op_kind::recv};
        case op_kind::recv_multishot:
        case op_kind::recvmsg:
        case op_kind::read:
            return {op_kind::recv};
        case op_kind::recvmsg_multishot:
            return {op_kind::recv_multishot, op_kind::recvmsg};
        case op_kind::readv:
        case op_kind::read_multishot:
            return {op_kind::read};
        case op_kind::accept_multishot:
            return {op_kind::accept};
        case op_kind::reset:
        case op_kind::close:
            return {op_kind::finish};
        default:
            return {};
    }
}

const std::string& newest() {
    static const std::string name(profiles().back().name);
    return name;
}

}  // namespace

std::vector<std::uint32_t> numbers(std::uint32_t value) {
    std::vector<std::uint32_t> tried;
    if (value == all_of_them) return tried;  // simple as it is, and no number of its own
    if (value > 1) tried = {0, 1};
    for (std::uint32_t less = value / 2; less > 0 && value - less > 1; less /= 2) {
        tried.push_back(value - less);
    }
    if (value == 1) tried = {0};
    return tried;
}

std::vector<op> operands(const op& whole) {
    std::vector<op> tried;
    for (const operand& part : form_of(whole.kind).operands) {
        if (part.name.empty()) break;
        const bool is_bit = part.where == field::modifiers;
        const std::uint32_t value = value_of(whole, part);
        for (const std::uint32_t less : is_bit&& value != 0 ? std::vector{0U} : numbers(value)) {
            if (is_bit && value == 0) break;
            op simpler = whole;
            set_value(simpler, part, less);
            tried.push_back(simpler);
        }
    }
    return tried;
}

std::vector<op> kinds(const op& whole) {
    std::vector<op> tried;
    for (const op_kind kind : simpler_kinds(whole.kind)) tried.push_back(as_kind(whole, kind));
    return tried;
}

std::vector<ring_geometry> geometry(const ring_geometry& whole) {
    std::vector<ring_geometry> tried;
    const auto add = [&](const ring_geometry& simpler) {
        if (simpler != whole && simpler.cq_entries >= simpler.sq_entries) tried.push_back(simpler);
    };
    add({whole.sq_entries, whole.cq_entries, ring_mode::plain});
    if (whole.sq_entries > 1) add({whole.sq_entries / 2, whole.cq_entries, whole.mode});
    if (whole.cq_entries > 1) add({whole.sq_entries, whole.cq_entries / 2, whole.mode});
    return tried;
}

std::vector<std::string> profile(std::string_view name) {
    std::vector<std::string> tried;
    const auto read = parse_profile_name(name);
    if (!read || name == newest()) return tried;
    tried.push_back(newest());
    if (read->base != newest() || !read->without.empty()) {
        const auto whole = profile_named(name);
        if (!whole) return tried;
        profile_name all{.base = newest(), .with = bugs_of(*whole)};
        for (const std::string& id : all.with) tried.push_back(newest() + "+" + id);
        tried.push_back(all.text());
        return tried;
    }
    for (std::size_t i = 0; i < read->with.size(); ++i) {
        profile_name fewer = *read;
        fewer.with.erase(fewer.with.begin() + static_cast<std::ptrdiff_t>(i));
        tried.push_back(fewer.text());
    }
    return tried;
}

}  // namespace ringproof::sim::simplify
