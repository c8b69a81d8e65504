#pragma once
// What is asked of every kernel of the matrix. The executable that boots as PID 1 knows only this.

#include <string>

namespace ringproof::matrix {

/// Judges the running kernel. One JSON document, an object, without a newline at its end.
std::string report();

}  // namespace ringproof::matrix
