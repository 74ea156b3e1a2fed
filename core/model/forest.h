// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor.h"

#include <array>
#include <span>

namespace core::model {

/// One binary decision tree. Node 0 is the root, the children of a node stand side by side.
struct Tree {
    std::vector<std::int32_t> left;    ///< the left child; the right one follows it. 0: a leaf
    std::vector<std::int32_t> feature; ///< that a split asks for; 0 for leaves
    std::vector<float> value;          ///< of a split: smaller features go left; of a leaf: what it adds
    std::vector<std::uint8_t> missing; ///< 1: rows without the feature go left
    std::vector<float> gain;           ///< by which a split makes the objective smaller
    std::vector<float> cover;          ///< the sum of second derivatives of the rows that come by
};

/// Trees whose leaves add up: `groups` sums for each row, and each round adds a tree to every group.
class Forest {
public:
    explicit Forest(std::int64_t groups) : m_groups(groups) {}

    std::int64_t groups() const { return m_groups; }
    std::int64_t rounds() const { return trees() / m_groups; }
    std::int64_t trees() const { return std::int64_t(m_begin.size()) - 1; }
    std::int64_t nodes() const { return std::int64_t(m_left.size()); }

    /// The next tree of a round, in the order of the groups.
    void add(const Tree& tree);
    void shorten(std::int64_t rounds);
    /// Adds the leaves of rounds `from` up to `to` to `sums` [rows, groups], tree after tree, so that it gives the same
    /// bits in one call or in many. `rows` [n, features].
    void addTo(const at::Tensor& rows, std::int64_t from, std::int64_t to, at::Tensor& sums) const;

    /// `trees.begin` (where each tree's nodes begin), `trees.left`, …: as in Tree, for all trees; live.
    std::vector<tensor::NamedTensor> state() const;
    /// An error if they are no trees over `features` features.
    base::Status load(const std::vector<base::Blob>& blobs, std::int64_t features, const std::string& where);
    /// One for each tensor of state(): chained over the rounds.
    std::vector<std::uint32_t> digests() const;

private:
    static constexpr std::size_t tensors = 7;
    using Digests = std::array<std::uint64_t, tensors>;

    base::Status check(std::int64_t features, const std::string& where) const;
    float leafOf(std::int64_t tree, const float* row) const;
    void chain(std::int64_t round);

    std::int64_t m_groups;
    std::vector<std::int32_t> m_begin{0}, m_left, m_feature;
    std::vector<float> m_value, m_gain, m_cover;
    std::vector<std::uint8_t> m_missing;
    std::vector<Digests> m_digests; ///< after each round
};

/// The sums that a growing forest gave for the same rows before, so that only new trees are walked. The bits do not
/// depend on what it remembers.
class ForestSums {
public:
    /// `rows` [n, features] → [n, groups]: `base` and the leaves of all rounds.
    at::Tensor of(const Forest& forest, const at::Tensor& rows, float base);
    void clear() { m_known.clear(); }

private:
    struct Known {
        std::uint64_t key = 0;
        std::int64_t rounds = 0, used = 0;
        at::Tensor sums;
    };
    std::vector<Known> m_known;
    std::int64_t m_uses = 0;
};

}
