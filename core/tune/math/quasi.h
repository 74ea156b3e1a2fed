// SPDX-License-Identifier: GPL-3.0-or-later
// Sequences that fill the unit cube more evenly than chance does.
#pragma once

#include <cstddef>
#include <cstdint>

namespace core::tune::math {

/// Dimensions that the Sobol sequence has here; those above are drawn by chance by whoever asks.
inline constexpr std::size_t sobolDimensions = 64;
/// Halton's bases are the first primes.
inline constexpr std::size_t haltonDimensions = 64;

/// Coordinate `dimension` of point `index`, in Gray-code order, with the direction numbers of Joe and Kuo (2008).
double sobol(std::uint32_t index, std::size_t dimension);
/// The same with Owen's nested uniform scrambling (1995), by the hash of Laine and Karras: for every key another
/// sequence that is as even, without the corner 0.
double scrambledSobol(std::uint32_t index, std::size_t dimension, std::uint64_t key);

/// The radical inverse of `index` in the base of `dimension` (Halton 1960).
double halton(std::uint64_t index, std::size_t dimension);
/// With a permutation of its own for every digit (Owen 2017).
double scrambledHalton(std::uint64_t index, std::size_t dimension, std::uint64_t key);

}
