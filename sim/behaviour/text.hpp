#pragma once
// Behaviours as text: what lies in corpus/behaviours.
//
//   ringproof-behaviour 1                          first line; the format's version
//   rule SEL-03 ERR-06                             ids; the first is in the file's name
//   says An empty ring ends a receive at once.     one sentence
//   holds v6_4.. | ..v6_8 | v6_12,v6_16..v6_18     optional; the profiles that can show it
//   may_hang                                       optional; never on an unknown kernel
//
//   ring entries=8 defer                           # a comment reaches to the end of its line
//   open a tcp
//   group 1 entries=4
//   recv a 1 user=7
//   run -> 7{-ENOBUFS}
//   status 1 -> 0
//   or v6_1,v6_4 STA-01 -> -EINVAL
//   thread submit -> -EEXIST
//
// After the header one statement a line; verb.cpp lists their forms. `->` is followed by what must
// be seen; a statement without it must succeed. Lines that begin with `or` belong to the statement
// above: for these profiles this is seen instead, for that reason (a bug or a rule).
//
// `thread` or `child` in front: a thread of the program does it and ends, or a child that it forks.
// A child can do what needs neither the queues nor a new file, and whatever it writes into private
// memory only the child sees.
//
// What is seen is text. Completions: `USER{RESULT Bn +M NE BM}`, for the buffer id n, F_MORE,
// F_SOCK_NONEMPTY and F_BUF_MORE, in their order, and any other bits as a number, +0x8 (of an id
// without F_BUFFER, too); `nothing` when there are none. A system call: its result. Errors are
// -NAME. A slot: `addr=b0+30 len=34 bid=0 resv=0`, where b0 is the memory of buffer 0. Bytes:
// `"hello"`; untouched bytes of a buffer are dots; with `hex` two digits each.
//
// Memory: each group has a slab; buffer n begins at 4096 * n. A peer's `feed a 5` sends abcde, and
// goes on with f. Words for addresses: null, kernel (above user space), unmapped,
// misaligned (16 bytes into the memory meant), +N (N bytes into the buffer); and fresh memory:
// shared, memory_file, private_file, read_only, write_only, one_page (nothing is mapped behind it),
// cut (8 bytes before such a page's end).

#include <expected>
#include <string_view>

#include "sim/behaviour/behaviour.hpp"
#include "sim/trace/words.hpp"

namespace ringproof::sim {

/// Reads a behaviour. Any input is safe; the first error is reported.
[[nodiscard]] std::expected<behaviour, parse_error> parse_behaviour(std::string_view text);

}  // namespace ringproof::sim
