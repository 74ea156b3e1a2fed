// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace core::base {

/// Mixes 64 bits so that each input bit moves about half of the output bits (splitmix64's finalizer, Steele et al.
/// 2014).
constexpr std::uint64_t mix(std::uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/// A number for a stream's name, so that streams of one seed do not meet.
constexpr std::uint64_t streamOf(std::string_view name)
{
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : name)
        hash = (hash ^ std::uint8_t(c)) * 0x100000001b3u;
    return hash;
}

/// Random numbers without a state: draw i is a function of (seed, stream, step, i) alone, so what is drawn depends
/// neither on workers nor on what ran before, and there is nothing to save.
class Draw {
public:
    constexpr Draw(std::uint64_t seed, std::string_view stream, std::uint64_t step = 0)
        : m_key(mix(mix(mix(seed) ^ streamOf(stream)) ^ step))
    {
    }
    /// A stream inside this one, such as one layer's or one row's.
    constexpr Draw within(std::uint64_t part) const { return Draw(mix(m_key ^ mix(part))); }

    constexpr std::uint64_t key() const { return m_key; }
    constexpr std::uint64_t bits(std::uint64_t index) const { return mix(m_key + index * 0xd1342543de82ef95u); }
    /// Uniform in [0, 1), 53 bits.
    constexpr double uniform(std::uint64_t index) const { return double(bits(index) >> 11) * 0x1.0p-53; }
    /// Uniform in [low, high).
    constexpr double uniform(std::uint64_t index, double low, double high) const
    {
        return low + (high - low) * uniform(index);
    }
    /// Standard normal (Box–Muller on draws 2·index and 2·index + 1).
    double normal(std::uint64_t index) const;
    /// Uniform in 0 … n − 1; n > 0 (bias below n / 2^64).
    std::uint64_t below(std::uint64_t index, std::uint64_t n) const;

private:
    explicit constexpr Draw(std::uint64_t key) : m_key(key) {}
    std::uint64_t m_key;
};

/// A shuffled 0 … n − 1 (Fisher–Yates, Durstenfeld 1964).
std::vector<std::int64_t> permutation(std::int64_t n, const Draw& draw);

}
