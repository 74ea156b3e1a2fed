// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include "core/base/thrown.h"
#include "core/data/parallel.h"
#include "core/data/tables/columns.h"

#include <algorithm>
#include <cmath>

namespace core::data {

namespace {

// What goes through a part in order is read ahead by so many rows.
constexpr std::size_t rowsAhead = 4096;

[[noreturn]] void fail(const base::Error& error)
{
    throw base::Thrown(error);
}

}

std::int64_t DataModule::size() const
{
    if (m_stream)
        return m_stream->rows() + m_stream->testRows();
    return m_inputs.defined() ? m_inputs.size(0) : m_samples ? m_samples->size() : 0;
}

std::vector<std::int64_t> DataModule::usable(std::span<const std::int64_t> rows) const
{
    return leavesOut() ? m_leftOut->others(rows) : std::vector(rows.begin(), rows.end());
}

bool DataModule::leaveOut(std::int64_t row, const base::Error& why) const
{
    if (!m_leftOut || why.kind != base::ErrorKind::Data)
        return false;
    m_leftOut->add(row, base::describe(why));
    return true;
}

void DataModule::load(std::vector<std::int64_t> blocks) const
{
    if (const base::Status loaded = m_blocks->load(std::move(blocks)); !loaded)
        fail(loaded.error());
}

void DataModule::expect(const RowSet& rows, std::size_t first) const
{
    if (!m_stream || first >= rows.size())
        return;
    std::vector<std::int64_t> blocks;
    for (const std::int64_t row : rows.some(first, rowsAhead))
        if (blocks.empty() || blocks.back() != row / blockRows())
            blocks.push_back(row / blockRows());
    m_blocks->want(std::move(blocks));
}

// What cannot be decoded is noted, and the others are gathered.
Batch DataModule::gatherDecoded(std::span<const std::int64_t> wanted) const
{
    for (;;) {
        const std::vector<std::int64_t> rows = usable(wanted);
        Batch batch = gatherTargets(rows);
        const std::int64_t length = batch.input.numel() / std::max<std::int64_t>(1, batch.input.size(0));
        float* out = batch.input.mutable_data_ptr<float>();
        std::int64_t* masks = m_info.segments() ? batch.target.mutable_data_ptr<std::int64_t>() : nullptr;
        const std::int64_t pixels = masks ? batch.target.numel() / std::max<std::int64_t>(1, batch.target.size(0)) : 0;
        std::vector<base::Status> failed(rows.size());
        inParallel(rows.size(), [&](std::size_t i) {
            auto sample = m_samples->read(rows[i]);
            failed[i] = sample ? finish(*sample, out + std::int64_t(i) * length,
                                        masks ? masks + std::int64_t(i) * pixels : nullptr)
                               : base::Status(sample.error());
        });
        bool all = true;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (failed[i])
                continue;
            all = false;
            if (!leaveOut(rows[i], failed[i].error()))
                fail(failed[i].error());
        }
        if (all && !rows.empty()) {
            becomeTarget(batch);
            return batch;
        }
        if (rows.empty())
            fail({base::ErrorKind::Data, "no row of a batch can be read: " + m_leftOut->problems().front().message,
                  m_info.name, "Mend or remove these rows"});
    }
}

Batch DataModule::gatherStreamed(std::span<const std::int64_t> wanted) const
{
    // Rows of no use are known once their block is there.
    auto gathered = m_blocks->gather(wanted);
    if (!gathered)
        fail(gathered.error());
    if (m_leftOut->any())
        if (const std::vector<std::int64_t> rows = m_leftOut->others(wanted); rows.size() < wanted.size()) {
            if (rows.empty())
                fail({base::ErrorKind::Data, "no row of a batch has a target and all of its values", m_info.name,
                      "Mend or remove these rows"});
            gathered = m_blocks->gather(rows);
            if (!gathered)
                fail(gathered.error());
        }
    std::vector<std::int64_t> places(std::size_t(gathered->inputs.size(0)));
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i] = std::int64_t(i);
    Batch batch{tensor::empty(gathered->inputs.sizes().vec()), std::move(gathered->targets)};
    normalize(gathered->inputs, places, batch.input);
    becomeTarget(batch);
    return batch;
}

at::Tensor DataModule::raw(std::int64_t row) const
{
    if (m_inputs.defined())
        return m_inputs.select(0, row).clone();
    if (m_stream) {
        auto gathered = m_blocks->gather({&row, 1});
        if (!gathered)
            fail(gathered.error());
        return gathered->inputs.select(0, 0).clone();
    }
    auto sample = m_samples->read(row);
    if (sample && m_featurizer)
        if (const base::Status made = m_featurizer->apply(*sample); !made)
            sample = made.error();
    if (!sample)
        fail(sample.error());
    at::Tensor values = tensor::empty(sample->shape);
    std::copy(sample->values.begin(), sample->values.end(), values.mutable_data_ptr<float>());
    return values;
}

double DataModule::target(std::int64_t row) const
{
    at::Tensor targets = m_targets;
    if (m_stream) {
        auto gathered = m_blocks->gather({&row, 1});
        if (!gathered)
            fail(gathered.error());
        targets = gathered->targets;
        row = 0;
    }
    if (!targets.defined())
        return std::nan("");
    if (targets.scalar_type() == at::kLong)
        return double(targets.const_data_ptr<std::int64_t>()[row]);
    const std::int64_t each = targets.dim() > 1 ? targets.size(1) : 1;
    return double(targets.const_data_ptr<float>()[row * each]) / m_info.targetScale + m_info.targetShift;
}

// Classes of some rows alone are those that occur there, in their order; here they get the numbers of all.
base::Result<at::Tensor> DataModule::targetsOf(const Loaded& loaded) const
{
    if (!loaded.targets.defined() || !m_info.classifies())
        return loaded.targets;
    std::vector<std::int64_t> number;
    for (const std::string& name : loaded.info.classes) {
        const auto found = std::find(m_info.classes.begin(), m_info.classes.end(), name);
        if (found == m_info.classes.end())
            return base::Error{base::ErrorKind::Data,
                               "has the class \"" + name.substr(0, 40) +
                                   "\", which is rare enough to be in none of the rows that were looked at first",
                               loaded.where.empty() ? m_info.name : loaded.where,
                               "Set data.mode to file, or leave these rows out"};
        number.push_back(found - m_info.classes.begin());
    }
    at::Tensor targets = loaded.targets.clone();
    std::int64_t* label = targets.mutable_data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < targets.numel(); ++i)
        if (label[i] >= 0)
            label[i] = number[std::size_t(label[i])];
    return targets;
}

void DataModule::noteUseless(const BlockRows& rows, const RowStream& stream, std::span<const std::int64_t> blocks) const
{
    std::int64_t place = 0;
    const bool classes = rows.targets.defined() && rows.targets.scalar_type() == at::kLong;
    for (const std::int64_t block : blocks)
        for (std::int64_t k = 0; k < stream.rowsOf(block); ++k, ++place) {
            const bool lost =
                rows.targets.defined() &&
                (classes ? rows.targets.const_data_ptr<std::int64_t>()[place] < 0 : hasMissing(rows.targets, place));
            const std::int64_t row = block * stream.blockRows() + k;
            if (lost)
                m_leftOut->add(row, "row " + std::to_string(row) + " has no target");
            else if (m_spec.missing == "drop" && !m_bytes && hasMissing(rows.inputs, place))
                m_leftOut->add(row, "row " + std::to_string(row) + " has a missing value");
        }
}

base::Result<BlockRows> DataModule::readBlocks(const RowStream& stream, std::span<const std::int64_t> blocks) const
{
    SourceRequest request{.data = m_spec, .alike = &m_info};
    if (m_encoder)
        request.hints = m_encoder->hints();
    for (const std::string& column : {m_info.text, m_textTarget ? m_info.target : std::string()})
        if (!column.empty())
            request.hints.asText.push_back(column);
    if (!m_textTarget)
        request.hints.asNumbers.push_back(m_info.target);
    request.alike = &m_info;
    // What was decided of the first rows holds for all.
    request.data.target = m_info.target;
    request.data.task = m_info.embeds() ? "classification" : m_info.task;
    CORE_TRY(loaded, stream.read(blocks, request));
    loaded.firstRow = blocks.front() * stream.blockRows();
    if (loaded.table)
        loaded.table->firstRow = loaded.firstRow;
    auto rows = becomeBlocks(std::move(loaded), stream, blocks);
    if (rows || blocks.size() < 2)
        return rows;
    // Alone, a block's rows have their own numbers and lines.
    for (const std::int64_t block : blocks)
        if (auto one = readBlocks(stream, {&block, 1}); !one)
            return one;
    return rows;
}

base::Result<BlockRows> DataModule::becomeBlocks(Loaded loaded, const RowStream& stream,
                                                 std::span<const std::int64_t> blocks) const
{
    if (loaded.table)
        CORE_CHECK(encodeTarget(loaded, m_info.target, m_info.embeds() ? "classification" : m_info.task));
    BlockRows rows;
    CORE_TRY(targets, targetsOf(loaded));
    rows.targets = std::move(targets);
    CORE_CHECK(becomeInputs(loaded));
    if (!m_bytes && loaded.inputs.scalar_type() != at::kFloat)
        loaded.inputs = loaded.inputs.to(at::kFloat);
    rows.inputs = loaded.inputs.contiguous();
    rows.samples = loaded.samples;
    noteUseless(rows, stream, blocks);
    loaded.targets = rows.targets;
    CORE_CHECK(refuseInfinite(loaded));
    // A target cannot be filled in.
    if (m_spec.missing != "error")
        loaded.inputs = at::Tensor();
    if (m_spec.missing != "drop")
        CORE_CHECK(refuseMissing(loaded, "Fill the cell, or set data.missing to drop, mean, median or most_frequent"));
    if (!m_fill.empty())
        fillMissing(rows.inputs, m_fill);
    return rows;
}

base::Status DataModule::streamInputs(const RowStream& stream, const SourceRequest& request,
                                      const TakeInputs& take) const
{
    const std::int64_t each = std::max<std::int64_t>(1, std::int64_t(rowsAhead) / stream.blockRows());
    for (std::int64_t first = 0; first < stream.blocks(); first += each) {
        std::vector<std::int64_t> blocks;
        for (std::int64_t block = first; block < std::min(stream.blocks(), first + each); ++block)
            blocks.push_back(block);
        CORE_TRY(loaded, stream.read(blocks, request));
        loaded.firstRow = first * stream.blockRows();
        if (loaded.table)
            loaded.table->firstRow = loaded.firstRow;
        CORE_TRY(inputs, inputsIn(std::move(loaded)));
        CORE_CHECK(take(std::move(inputs)));
    }
    return {};
}

void DataModule::stream(std::shared_ptr<const RowStream> rows)
{
    m_leftOut = std::make_shared<LeftOut>();
    const auto one = std::make_shared<DataModule>(*this);
    one->m_inputs = one->m_targets = at::Tensor();
    one->m_samples.reset();
    one->m_table.reset();
    one->m_times.clear();
    one->m_trainRows.clear();
    one->m_rows = {};
    const std::int64_t buffer = std::max(m_spec.shuffleBuffer, rows->blockRows());
    m_blocks = std::make_shared<BlockStore>(
        [one, rows](std::span<const std::int64_t> blocks) { return one->readBlocks(*rows, blocks); }, rows->blockRows(),
        2 * buffer + 2 * std::int64_t(rowsAhead) + 2 * rows->blockRows(),
        [rows](std::int64_t block) { return rows->rowsOf(block); });
    m_stream = std::move(rows);
    m_inputs = m_targets = at::Tensor();
    m_samples.reset();
    m_table.reset();
    m_times.clear();
    m_trainRows.clear();
}

}
