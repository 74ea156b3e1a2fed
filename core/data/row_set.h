// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <vector>

namespace core::data {

/// Rows of one part of the data in their order: listed one by one, or as runs of equal length, of which a stream may
/// have more than fit into memory. Cheap to copy.
class RowSet {
public:
    RowSet() = default;
    RowSet(std::vector<std::int64_t> rows)
        : m_size(rows.size()),
          m_list(std::make_shared<const std::vector<std::int64_t>>(std::move(rows)))
    {
    }
    /// Run k of them is the rows `runs[k] · length` … `+ length − 1`, of which there are none from `end` on: the last
    /// run may be shorter.
    static RowSet ofRuns(std::vector<std::int64_t> runs, std::int64_t length, std::int64_t end)
    {
        assert(std::is_sorted(runs.begin(), runs.end()));
        RowSet set;
        set.m_length = length;
        for (const std::int64_t run : runs)
            set.m_size += std::size_t(std::min(length, end - run * length));
        set.m_list = std::make_shared<const std::vector<std::int64_t>>(std::move(runs));
        return set;
    }

    std::size_t size() const { return m_size; }
    bool empty() const { return m_size == 0; }
    std::int64_t operator[](std::size_t place) const
    {
        const std::size_t length = std::size_t(m_length);
        return length == 1 ? (*m_list)[place] : (*m_list)[place / length] * m_length + std::int64_t(place % length);
    }
    std::int64_t back() const { return (*this)[m_size - 1]; }
    /// At most `count` rows from place `first` on.
    std::vector<std::int64_t> some(std::size_t first, std::size_t count) const
    {
        std::vector<std::int64_t> rows;
        const std::size_t end = first + std::min(count, m_size - std::min(first, m_size));
        for (std::size_t place = first; place < end; ++place)
            rows.push_back((*this)[place]);
        return rows;
    }
    std::vector<std::int64_t> all() const { return some(0, m_size); }
    /// Numbers of the runs; of rows that are listed, the rows.
    std::span<const std::int64_t> runs() const
    {
        return m_list ? std::span<const std::int64_t>(*m_list) : std::span<const std::int64_t>();
    }

    class Iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = std::int64_t;
        using difference_type = std::ptrdiff_t;
        using pointer = const std::int64_t*;
        using reference = std::int64_t;

        Iterator() = default;
        Iterator(const RowSet& set, std::size_t place) : m_set(&set), m_place(place) {}
        std::int64_t operator*() const { return (*m_set)[m_place]; }
        Iterator& operator++()
        {
            ++m_place;
            return *this;
        }
        Iterator operator++(int)
        {
            Iterator before = *this;
            ++m_place;
            return before;
        }
        bool operator==(const Iterator& other) const { return m_place == other.m_place; }

    private:
        const RowSet* m_set = nullptr;
        std::size_t m_place = 0;
    };
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, m_size}; }

    friend bool operator==(const RowSet& a, const RowSet& b)
    {
        return a.m_size == b.m_size && std::equal(a.begin(), a.end(), b.begin());
    }

private:
    std::size_t m_size = 0;
    std::int64_t m_length = 1;
    std::shared_ptr<const std::vector<std::int64_t>> m_list;
};

}
