#pragma once
// Which mutant is on. Included by every woven source (weave.cpp), by no other.

namespace ringproof::mutants {

/// The index in mutants.txt of the mutant that is on, from 1; 0: none, and the code is what it is.
/// One program, one thread: the matrix runs its detectors one after another.
inline unsigned active = 0;

[[nodiscard]] inline bool on(unsigned index) noexcept { return active == index; }

}  // namespace ringproof::mutants
