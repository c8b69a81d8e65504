#pragma once
// A trace as text: the form that people read, mail, and keep in a corpus.
//
//   ringproof-trace 1                        first line; the format's version
//   profile v7_3                             optional; which kernel the model is; `replay` also
//                                            knows host, which is as the running one behaves;
//                                            v7_3+BUG-20: with that bug (sim/profile_name.hpp)
//   ring sq=8 cq=16 mode=defer               optional; default | coop | defer | sqpoll
//   choices 03 00 07                         optional, repeatable; answers for the model, hex
//   open tcp                                 # a comment reaches to the end of its line
//   group entries=4 size=64 incremental
//   recv_multishot s0 g0 len=32 bundle
//   feed s0 100
//   wait 1
//   reap all
//   give_back lifo 2
//
// Header lines come in that order, then one operation a line. Blank lines and comments may stand
// anywhere. Words are separated by spaces or tabs. Numbers are decimal, or hexadecimal after 0x.
//
//   operation   operands, in this order; [ ] is optional
//   ---------   --------------------------------------------------------------------------------
//   open        tcp | unix_stream | udp | unix_datagram | pipe | file
//   group       entries=N size=N [min_left=N] [mapped] [incremental]
//   close_group gN
//   recv, send  sN gN [len=N] [poll_first] [bundle] [async] [fixed]
//   recv_multishot     sN gN [len=N] [total=N] [poll_first] [bundle] [async] [fixed]
//   recvmsg            sN gN [len=N] [poll_first] [async] [fixed]
//   recvmsg_multishot  sN gN [poll_first] [async] [fixed]
//   read, readv        sN gN [len=N] [async] [fixed]
//   read_multishot     sN gN [async] [fixed]
//   receive     sN gN [poll_first] [bundle]  a receiver, which re-arms itself
//   feed        sN BYTES                     on a datagram channel one message
//   drain, finish, reset, close  sN
//   nop, wait   COUNT
//   timeout, pass  MICROSECONDS
//   cancel      rN                           the N-th armed request
//   listen
//   connect, accept, accept_multishot  lN
//   submit, settle
//   reap        COUNT | all
//   give_back   fifo | lifo | random  COUNT | all
//   status      gN
//   churn       sN gN rounds=N bytes=N
//
// sN, gN, rN, lN count among what is alive at that moment, modulo how many there are.
// print() writes the canonical form: parse(print(t)) == t for every trace whose operations carry
// nothing beyond their operands, and print(parse(x)) is the same for every spelling of a trace.

#include <expected>
#include <string>
#include <string_view>

#include "sim/trace/trace.hpp"
#include "sim/trace/words.hpp"

namespace ringproof::sim {

/// Reads a trace. Any input is safe; the first error is reported.
[[nodiscard]] std::expected<trace, parse_error> parse(std::string_view text);

/// The canonical text, ending in a newline.
[[nodiscard]] std::string print(const trace& wanted);

/// One operation, without a newline.
[[nodiscard]] std::string print(const op& wanted);

}  // namespace ringproof::sim
