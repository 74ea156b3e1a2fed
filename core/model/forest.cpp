// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/forest.h"

#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cmath>

namespace core::model {

using base::Error;
using base::ErrorKind;
using base::Status;

namespace {

constexpr std::int64_t rowsAtOnce = 64;          // their sums stay near while the trees pass by
constexpr std::int64_t mostRemembered = 1 << 24; // numbers
constexpr const char* names[] = {"trees.begin",   "trees.left", "trees.feature", "trees.value",
                                 "trees.missing", "trees.gain", "trees.cover"};

template <class T>
at::Tensor viewOf(const std::vector<T>& values, at::ScalarType type)
{
    return at::from_blob(const_cast<T*>(values.data()), {std::int64_t(values.size())}, at::TensorOptions(type));
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more)
{
    to.insert(to.end(), more.begin(), more.end());
}

template <class T>
std::uint64_t linkOf(std::uint64_t before, const std::vector<T>& values, std::size_t from, std::size_t to)
{
    const std::uint64_t parts[] = {before, base::hashOf(values.data() + from, (to - from) * sizeof(T))};
    return base::hashOf(parts, sizeof parts);
}

template <class T>
Status take(const std::vector<base::Blob>& blobs, const char* name, at::ScalarType type, std::vector<T>& values,
            const std::string& where)
{
    const auto blob = std::ranges::find(blobs, name, &base::Blob::name);
    if (blob == blobs.end())
        return Error{ErrorKind::Data, "no trees of this model: there is no " + std::string(name), where,
                     "Use the model that they were saved from"};
    CORE_TRY(tensor, tensor::fromBlob(*blob));
    if (tensor.dim() != 1 || tensor.scalar_type() != type)
        return Error{ErrorKind::Data, std::string(name) + " has another shape or type", where,
                     "Use the model that they were saved from"};
    values.assign(tensor.const_data_ptr<T>(), tensor.const_data_ptr<T>() + tensor.numel());
    return {};
}

}

void Forest::add(const Tree& tree)
{
    append(m_left, tree.left);
    append(m_feature, tree.feature);
    append(m_value, tree.value);
    append(m_missing, tree.missing);
    append(m_gain, tree.gain);
    append(m_cover, tree.cover);
    m_begin.push_back(std::int32_t(m_left.size()));
    if (trees() % m_groups == 0)
        chain(rounds() - 1);
}

void Forest::chain(std::int64_t round)
{
    const std::size_t first = std::size_t(round * m_groups), last = first + std::size_t(m_groups);
    const std::size_t from = std::size_t(m_begin[first]), to = std::size_t(m_begin[last]);
    const Digests before = m_digests.empty() ? Digests{} : m_digests.back();
    m_digests.push_back({linkOf(before[0], m_begin, first + 1, last + 1), linkOf(before[1], m_left, from, to),
                         linkOf(before[2], m_feature, from, to), linkOf(before[3], m_value, from, to),
                         linkOf(before[4], m_missing, from, to), linkOf(before[5], m_gain, from, to),
                         linkOf(before[6], m_cover, from, to)});
}

void Forest::shorten(std::int64_t rounds)
{
    m_digests.resize(std::size_t(rounds));
    m_begin.resize(std::size_t(rounds * m_groups) + 1);
    const std::size_t nodes = std::size_t(m_begin.back());
    m_left.resize(nodes);
    m_feature.resize(nodes);
    m_value.resize(nodes);
    m_missing.resize(nodes);
    m_gain.resize(nodes);
    m_cover.resize(nodes);
}

float Forest::leafOf(std::int64_t tree, const float* row) const
{
    const std::size_t begin = std::size_t(m_begin[std::size_t(tree)]);
    std::size_t node = begin;
    while (m_left[node] != 0) {
        const float feature = row[m_feature[node]];
        const bool left = std::isnan(feature) ? m_missing[node] != 0 : feature < m_value[node];
        node = begin + std::size_t(m_left[node]) + (left ? 0 : 1);
    }
    return m_value[node];
}

void Forest::addTo(const at::Tensor& rows, std::int64_t from, std::int64_t to, at::Tensor& sums) const
{
    const std::int64_t count = rows.size(0), width = rows.size(1);
    const float* values = rows.const_data_ptr<float>();
    float* out = sums.mutable_data_ptr<float>();
    at::parallel_for(0, count, rowsAtOnce, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t block = first; block < last; block += rowsAtOnce)
            for (std::int64_t tree = from * m_groups; tree < to * m_groups; ++tree)
                for (std::int64_t row = block; row < std::min(last, block + rowsAtOnce); ++row)
                    out[row * m_groups + tree % m_groups] += leafOf(tree, values + row * width);
    });
}

std::vector<tensor::NamedTensor> Forest::state() const
{
    return {{names[0], viewOf(m_begin, at::kInt)},    {names[1], viewOf(m_left, at::kInt)},
            {names[2], viewOf(m_feature, at::kInt)},  {names[3], viewOf(m_value, at::kFloat)},
            {names[4], viewOf(m_missing, at::kByte)}, {names[5], viewOf(m_gain, at::kFloat)},
            {names[6], viewOf(m_cover, at::kFloat)}};
}

Status Forest::load(const std::vector<base::Blob>& blobs, std::int64_t features, const std::string& where)
{
    Forest next(m_groups);
    CORE_CHECK(take(blobs, names[0], at::kInt, next.m_begin, where));
    CORE_CHECK(take(blobs, names[1], at::kInt, next.m_left, where));
    CORE_CHECK(take(blobs, names[2], at::kInt, next.m_feature, where));
    CORE_CHECK(take(blobs, names[3], at::kFloat, next.m_value, where));
    CORE_CHECK(take(blobs, names[4], at::kByte, next.m_missing, where));
    CORE_CHECK(take(blobs, names[5], at::kFloat, next.m_gain, where));
    CORE_CHECK(take(blobs, names[6], at::kFloat, next.m_cover, where));
    CORE_CHECK(next.check(features, where));
    for (std::int64_t round = 0; round < next.rounds(); ++round)
        next.chain(round);
    *this = std::move(next);
    return {};
}

// Walking trusts every index.
Status Forest::check(std::int64_t features, const std::string& where) const
{
    const auto broken = [&](const std::string& what) {
        return Error{ErrorKind::Data, "the trees do not fit the model: " + what, where,
                     "Use the model and the data that they were saved from"};
    };
    const std::size_t nodes = m_left.size();
    if (m_feature.size() != nodes || m_value.size() != nodes || m_missing.size() != nodes || m_gain.size() != nodes ||
        m_cover.size() != nodes)
        return broken("their tensors differ in length");
    if (m_begin.empty() || m_begin.front() != 0 || std::size_t(m_begin.back()) != nodes || trees() % m_groups != 0)
        return broken(std::to_string(trees()) + " trees for " + std::to_string(m_groups) + " outputs");
    for (std::size_t tree = 0; tree + 1 < m_begin.size(); ++tree) {
        const std::int64_t size = std::int64_t(m_begin[tree + 1]) - m_begin[tree];
        if (size < 1 || std::size_t(m_begin[tree + 1]) > nodes)
            return broken("tree " + std::to_string(tree) + " has no nodes");
        for (std::int64_t node = 0; node < size; ++node) {
            const std::size_t at = std::size_t(m_begin[tree] + node);
            // Children behind their parent: no walk goes round.
            if (m_left[at] != 0 && (m_left[at] <= node || m_left[at] + 1 >= size))
                return broken("a branch of tree " + std::to_string(tree) + " leads nowhere");
            if (m_left[at] != 0 && (m_feature[at] < 0 || m_feature[at] >= features))
                return broken("tree " + std::to_string(tree) + " asks for feature " + std::to_string(m_feature[at]) +
                              " of " + std::to_string(features));
        }
    }
    return {};
}

std::vector<std::uint32_t> Forest::digests() const
{
    const Digests last = m_digests.empty() ? Digests{} : m_digests.back();
    return {last.begin(), last.end()};
}

at::Tensor ForestSums::of(const Forest& forest, const at::Tensor& rows, float base)
{
    const std::uint64_t parts[] = {base::hashOf(rows.const_data_ptr<float>(), rows.nbytes()),
                                   std::uint64_t(rows.size(0))};
    const std::uint64_t key = base::hashOf(parts, sizeof parts);
    auto known = std::ranges::find(m_known, key, &Known::key);
    if (known != m_known.end() && known->rounds > forest.rounds())
        known = m_known.erase(known), known = m_known.end();
    if (known == m_known.end()) {
        std::int64_t numbers = rows.size(0) * forest.groups();
        for (const Known& each : m_known)
            numbers += each.sums.numel();
        while (numbers > mostRemembered && !m_known.empty()) {
            const auto oldest = std::ranges::min_element(m_known, {}, &Known::used);
            numbers -= oldest->sums.numel();
            m_known.erase(oldest);
        }
        at::Tensor sums = tensor::empty({rows.size(0), forest.groups()});
        std::fill_n(sums.mutable_data_ptr<float>(), sums.numel(), base);
        known = m_known.insert(m_known.end(), {key, 0, 0, std::move(sums)});
    }
    forest.addTo(rows, known->rounds, forest.rounds(), known->sums);
    known->rounds = forest.rounds();
    known->used = ++m_uses;
    return known->sums.clone();
}

}
