// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/streams/row_stream.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>

namespace core::data {

namespace {

// Samples of another store under numbers of their own.
class SomeSamples final : public SampleStore {
public:
    SomeSamples(std::shared_ptr<const SampleStore> all, std::span<const std::int64_t> rows)
        : m_all(std::move(all)),
          m_rows(rows.begin(), rows.end())
    {
    }

    std::int64_t size() const override { return std::int64_t(m_rows.size()); }
    base::Result<Sample> read(std::int64_t row) const override { return m_all->read(m_rows[std::size_t(row)]); }
    base::Result<Sample> outline(std::int64_t row) const override { return m_all->outline(m_rows[std::size_t(row)]); }
    std::string whereOf(std::int64_t row) const override { return m_all->whereOf(m_rows[std::size_t(row)]); }

private:
    std::shared_ptr<const SampleStore> m_all;
    std::vector<std::int64_t> m_rows;
};

template <class T>
std::vector<T> picked(const std::vector<T>& all, std::span<const std::int64_t> rows)
{
    std::vector<T> some;
    if (all.empty())
        return some;
    some.reserve(rows.size());
    for (const std::int64_t row : rows)
        some.push_back(std::size_t(row) < all.size() ? all[std::size_t(row)] : T{});
    return some;
}

at::Tensor picked(const at::Tensor& all, std::span<const std::int64_t> rows)
{
    if (!all.defined())
        return all;
    const at::Tensor places =
        at::from_blob(const_cast<std::int64_t*>(rows.data()), {std::int64_t(rows.size())}, at::kLong);
    return at::index_select(all, 0, places);
}

std::shared_ptr<Table> picked(const Table& table, std::span<const std::int64_t> rows)
{
    auto some = std::make_shared<Table>(table);
    some->rows = std::int64_t(rows.size());
    some->lines = picked(table.lines, rows);
    for (Column& column : some->columns) {
        column.numbers = picked(column.numbers, rows);
        column.codes = picked(column.codes, rows);
    }
    return some;
}

class HeldStream final : public RowStream {
public:
    explicit HeldStream(Loaded loaded) : m_loaded(std::move(loaded)), m_rows(m_loaded.rows())
    {
        if (!m_loaded.testInputs.defined())
            return;
        m_testRows = m_loaded.testInputs.size(0);
        m_loaded.inputs = at::cat({m_loaded.inputs, m_loaded.testInputs});
        m_loaded.targets = at::cat({m_loaded.targets, m_loaded.testTargets});
        m_loaded.testInputs = m_loaded.testTargets = at::Tensor();
    }

    std::int64_t rows() const override { return m_rows; }
    std::int64_t blockRows() const override { return 1; }
    std::int64_t bytes() const override { return 0; }
    std::span<const std::int32_t> parts() const override { return m_loaded.parts; }
    std::int64_t testRows() const override { return m_testRows; }

    base::Result<Loaded> read(std::span<const std::int64_t> blocks, const SourceRequest&) const override
    {
        return data::rowsOf(m_loaded, blocks);
    }

private:
    Loaded m_loaded;
    std::int64_t m_rows, m_testRows = 0;
};

}

base::Result<std::shared_ptr<const RowStream>> heldStream(Loaded loaded)
{
    return std::shared_ptr<const RowStream>(std::make_shared<HeldStream>(std::move(loaded)));
}

Loaded rowsOf(const Loaded& loaded, std::span<const std::int64_t> rows)
{
    Loaded some = loaded;
    some.info.rows = std::int64_t(rows.size());
    some.info.testRows = 0;
    some.inputs = picked(loaded.inputs, rows);
    some.targets = picked(loaded.targets, rows);
    some.times = picked(loaded.times, rows);
    some.lines = picked(loaded.lines, rows);
    some.parts.clear();
    some.dropped = picked(loaded.dropped, rows);
    if (loaded.table)
        some.table = picked(*loaded.table, rows);
    if (loaded.samples)
        some.samples = std::make_shared<SomeSamples>(loaded.samples, rows);
    return some;
}

}
