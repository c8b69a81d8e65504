#include "sim/report/perfetto.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/oracle/invariants.hpp"
#include "sim/telling.hpp"

namespace ringproof::sim {

namespace {

using nlohmann::json;

/// Threads of a film's process, in the order in which they are shown.
enum thread : int { operations = 1, application, kernel, peer, verdicts };

constexpr std::array<std::pair<thread, std::string_view>, 5> threads{{{operations, "operations"},
                                                                      {application, "application"},
                                                                      {kernel, "kernel"},
                                                                      {peer, "peer"},
                                                                      {verdicts, "violation"}}};

thread thread_of(actor who) {
    switch (who) {
        case actor::kernel:
            return kernel;
        case actor::peer:
            return peer;
        case actor::application:
            break;
    }
    return application;
}

/// Values that can be asked for by name, and the sentence for who reads.
json arguments_of(const event& it) {
    json made{{"operation", it.step}, {"told", sentence_of(it)}};
    for (const auto& [name, value] : details_of(it)) made[std::string(name)] = value;
    return made;
}

/// Writes the films one after another, each event of the format a line.
class writer {
public:
    void add(const film& shown);
    [[nodiscard]] std::string take() && { return std::move(out_) + "\n]}\n"; }

private:
    /// A slice that is open: what its end has to repeat.
    struct open_slice {
        std::string name;
        std::string_view category;
        std::size_t id = 0;
    };
    using slices_of = std::map<std::size_t, open_slice>;

    void line(json entry) {
        entry["pid"] = pid_;
        out_ += out_.ends_with('[') ? "\n" : ",\n";
        out_ += entry.dump(-1, ' ', true, json::error_handler_t::replace);
    }
    void name_process(const film& shown);
    void slices(const film& shown);
    void steps(const film& shown);
    void arrows(const film& shown);
    void apply(const film& shown, const film_change& each, std::size_t at);
    void apply_owner(const film& shown, const film_change& each, std::size_t at);
    void apply_request(const film& shown, const film_change& each, std::size_t at);
    void begin(slices_of& open, std::size_t item, open_slice made, std::size_t at, json arguments);
    void end(slices_of& open, std::size_t item, std::size_t at);
    void count(std::string_view what, std::size_t at, std::int64_t value) {
        line({{"ph", "C"}, {"name", what}, {"ts", at}, {"args", {{"value", value}}}});
    }

    std::string out_ = "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [";
    int pid_ = 0;
    std::size_t ids_ = 0;  // of asynchronous slices and of arrows: unique over all films
    std::int64_t in_flight_ = 0;
    std::vector<std::uint16_t> heads_;  // by ring
    std::vector<std::uint16_t> tails_;
    slices_of requests_;
    slices_of leases_;
    slices_of buffers_;  // by ring and buffer
    slices_of owners_;   // the same
};

void writer::add(const film& shown) {
    ++pid_;
    in_flight_ = 0;
    heads_.assign(shown.rings.size(), 0);
    tails_.assign(shown.rings.size(), 0);
    name_process(shown);
    steps(shown);
    slices(shown);
    arrows(shown);
    const std::size_t last = shown.events.size();
    for (auto* open : {&requests_, &leases_, &owners_, &buffers_}) {
        while (!open->empty()) end(*open, open->begin()->first, last);
    }
}

void writer::name_process(const film& shown) {
    const std::string name = fmt::format("{}: {}", shown.title.kernel, shown.title.trace);
    line({{"ph", "M"}, {"name", "process_name"}, {"args", {{"name", name}}}});
    line({{"ph", "M"}, {"name", "process_labels"}, {"args", {{"labels", shown.summary}}}});
    line({{"ph", "M"}, {"name", "process_sort_index"}, {"args", {{"sort_index", pid_}}}});
    for (const auto& [tid, called] : threads) {
        if (tid == kernel && !shown.kernel_seen) continue;
        if (tid == verdicts && !shown.violated) continue;
        line({{"ph", "M"}, {"name", "thread_name"}, {"tid", tid}, {"args", {{"name", called}}}});
        line({{"ph", "M"},
              {"name", "thread_sort_index"},
              {"tid", tid},
              {"args", {{"sort_index", tid}}}});
    }
}

/// The operations, each over its events.
void writer::steps(const film& shown) {
    for (std::size_t at = 0; at < shown.events.size();) {
        const std::uint32_t step = shown.events[at].step;
        std::size_t end = at;
        while (end < shown.events.size() && shown.events[end].step == step) ++end;
        line({{"ph", "X"},
              {"name", operation_of(shown, step)},
              {"cat", "operation"},
              {"tid", operations},
              {"ts", at},
              {"dur", end - at},
              {"args", {{"operation", step}}}});
        at = end;
    }
}

void writer::slices(const film& shown) {
    for (std::size_t at = 0; at < shown.events.size(); ++at) {
        const event& it = shown.events[at];
        line({{"ph", "X"},
              {"name", verb_of(it)},
              {"cat", "event"},
              {"tid", thread_of(it.who)},
              {"ts", at},
              {"dur", 1},
              {"args", arguments_of(it)}});
        if (shown.violated && shown.violated->event == at) {
            const violation& found = shown.violated->found;
            line({{"ph", "X"},
                  {"name", fmt::format("{}: {}", found.invariant, found.sentence)},
                  {"cat", "violation"},
                  {"tid", verdicts},
                  {"ts", at},
                  {"dur", 1},
                  {"cname", "terrible"},
                  {"args",
                   {{"invariant", found.invariant},
                    {"demands", meaning_of(found.invariant)},
                    {"seen", found.sentence}}}});
        }
        for (const film_change& each : shown.changes_of(at)) apply(shown, each, at);
    }
}

/// Both ends lie in the slices of their events.
void writer::arrows(const film& shown) {
    for (const film_arrow& each : shown.arrows) {
        ++ids_;
        const auto end = [&](std::string_view phase, std::uint32_t at) {
            json entry{{"ph", phase},
                       {"name", "completion"},
                       {"cat", "completion"},
                       {"id", ids_},
                       {"ts", at},
                       {"tid", thread_of(shown.events[at].who)}};
            if (phase == "f") entry["bp"] = "e";
            line(std::move(entry));
        };
        end("s", each.from);
        end("f", each.to);
    }
}

void writer::begin(slices_of& open, std::size_t item, open_slice made, std::size_t at,
                   json arguments) {
    line({{"ph", "b"},
          {"name", made.name},
          {"cat", made.category},
          {"id", made.id},
          {"tid", application},
          {"ts", at},
          {"args", std::move(arguments)}});
    open.insert_or_assign(item, std::move(made));
}

void writer::end(slices_of& open, std::size_t item, std::size_t at) {
    const auto found = open.find(item);
    if (found == open.end()) return;
    const open_slice& it = found->second;
    line({{"ph", "e"},
          {"name", it.name},
          {"cat", it.category},
          {"id", it.id},
          {"tid", application},
          {"ts", at}});
    open.erase(found);
}

void writer::apply_request(const film& shown, const film_change& each, std::size_t at) {
    const film_request& it = shown.requests[each.item];
    const auto how = static_cast<request_state>(each.value);
    if (how == request_state::ended) {
        end(requests_, each.item, at);
        count("requests in flight", at, --in_flight_);
    } else if (!requests_.contains(each.item)) {
        begin(requests_, each.item, {title_of(it), "request", ++ids_}, at,
              {{"user_data", it.user}, {"group", it.group}, {"descriptor", it.descriptor}});
        count("requests in flight", at, ++in_flight_);
    }
}

/// A buffer has a track: one slice over its life, in which its owners follow each other.
void writer::apply_owner(const film& shown, const film_change& each, std::size_t at) {
    const std::size_t key = std::size_t{each.item} << 32U | each.index;
    const auto now = static_cast<owner>(each.value);
    end(owners_, key, at);
    if (!buffers_.contains(key)) {
        const auto group = shown.rings[each.item].group;
        begin(buffers_, key,
              {fmt::format("group {} buffer {}", group, each.index), "buffer", ++ids_}, at,
              json::object());
    }
    begin(owners_, key, {std::string(name_of(now)), "buffer", buffers_[key].id}, at,
          json::object());
}

void writer::apply(const film& shown, const film_change& each, std::size_t at) {
    const auto in_ring = [&] {
        const auto held = static_cast<std::uint16_t>(tails_[each.item] - heads_[each.item]);
        count(fmt::format("group {}: buffers in the ring", shown.rings[each.item].group), at, held);
    };
    switch (each.what) {
        case film_cell::head:
            heads_[each.item] = static_cast<std::uint16_t>(each.value);
            return in_ring();
        case film_cell::tail:
            tails_[each.item] = static_cast<std::uint16_t>(each.value);
            return in_ring();
        case film_cell::owner:
            return apply_owner(shown, each, at);
        case film_cell::request:
            return apply_request(shown, each, at);
        case film_cell::lease: {
            if (each.value == 0) return end(leases_, each.item, at);
            const film_lease& it = shown.leases[each.item];
            const auto group = shown.rings[it.ring].group;
            return begin(
                leases_, each.item,
                {fmt::format("group {} buffer {} leased", group, it.buffer), "lease", ++ids_}, at,
                {{"offset", it.offset}, {"bytes", it.bytes}});
        }
        case film_cell::waiting:
            return count("completions waiting", at, each.value);
        case film_cell::ring:
        case film_cell::slot:
        case film_cell::used:
            return;
    }
}

}  // namespace

std::string to_perfetto(std::span<const film> films) {
    writer out;
    for (const film& each : films) out.add(each);
    return std::move(out).take();
}

}  // namespace ringproof::sim
