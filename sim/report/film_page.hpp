#pragma once
// Films as one page that needs nothing but a browser: rings, buffers, requests and events, to be
// stepped through. film.html, film.css and film.js are the page; this fills in the films.

#include <span>
#include <string>
#include <string_view>

#include "sim/report/film.hpp"

namespace ringproof::sim {

/// The films together, to be chosen from; one with a violation first. Nothing in a film can become
/// a part of the page's own text or script.
[[nodiscard]] std::string to_page(std::span<const film> films);

/// The parts of the page; compiled in.
struct page_source {
    std::string_view
        html;  ///< with @style@, @title@, @still@, @films@ and @script@ to be filled in
    std::string_view css;
    std::string_view js;
};

[[nodiscard]] page_source film_page_source() noexcept;

}  // namespace ringproof::sim
