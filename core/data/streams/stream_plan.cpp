// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/streams/stream_plan.h"

#include "core/data/channels.h"
#include "core/data/open.h"
#include "core/data/split.h"
#include "core/data/streams/joined_stream.h"
#include "core/data/transform.h"

#include <algorithm>

namespace core::data {

namespace {

constexpr std::int64_t sampledRows = 50'000, sampledBytes = std::int64_t(1) << 26, fewestBlocks = 64;

// Nothing for rows that are files of their own, which `decoded` lists.
base::Result<std::shared_ptr<const RowStream>> streamOf(const SourceRequest& request, Loaded& decoded)
{
    CORE_TRY(source, sourceOf(request));
    CORE_TRY(stream, source->stream(request));
    if (stream)
        return std::move(stream);
    CORE_TRY(loaded, source->load(request));
    if (loaded.samples && !loaded.inputs.defined() && !loaded.table) {
        decoded = std::move(loaded);
        return std::shared_ptr<const RowStream>();
    }
    return heldStream(std::move(loaded));
}

}

base::Error StreamPlan::refused(const std::string& what, const std::string& why)
{
    return {base::ErrorKind::Spec, what + " needs all rows at once: " + why, "/data/mode", "Set data.mode to file"};
}

base::Status StreamPlan::check(const spec::Experiment& experiment)
{
    const spec::DataSpec& data = experiment.data;
    if (!data.edits.empty())
        return refused("editing rows", "an edit counts them");
    if (!data.classes.empty())
        return refused("data.classes", "rows are chosen by their class");
    if (data.sampler != "shuffle")
        return refused("data.sampler " + data.sampler, "every class is counted first");
    if (data.encode.kind == "target")
        return refused("data.encode target", "a training row gets what the other folds say");
    for (const base::Pick& augment : experiment.augment) {
        CORE_TRY(transform, allTransforms().make(augment));
        if (transform->works() == Works::Rows)
            return refused(augment.kind, "new rows are made of all others");
    }
    return {};
}

base::Result<std::optional<StreamPlan>> StreamPlan::open(const SourceRequest& request, Loaded& sample)
{
    StreamPlan plan;
    CORE_TRY(stream, streamOf(request, sample));
    if (!stream) {
        CORE_TRY(all, withChannels(std::move(sample), request));
        sample = std::move(all);
        return std::optional<StreamPlan>();
    }
    const spec::ChannelsSpec& channels = request.data.channels;
    if (channels.divide()) {
        const base::Value* named = request.data.source.params.object().find("path");
        std::vector<ChannelStream> all{{"train", named ? named->text() : std::string(), 0, std::move(stream)}};
        for (const auto& [name, path, part] :
             {std::tuple("validation", &channels.validation, 1), std::tuple("test", &channels.test, 2)})
            if (!path->empty()) {
                Loaded decoded;
                CORE_TRY(rows, streamOf(channelRequest(request, *path), decoded));
                if (!rows)
                    return base::Error{base::ErrorKind::Data,
                                       std::string("the ") + name +
                                           " channel holds data of another kind than the train channel",
                                       *path, "All channels have one format"};
                all.push_back({name, *path, part, std::move(rows)});
            }
        stream = joinedStream(std::move(all));
    }
    plan.m_stream = std::move(stream);
    const std::int64_t blocks = plan.ownBlocks(), each = plan.m_stream->blockRows();
    std::int64_t count = std::max(fewestBlocks, sampledRows / each);
    if (const std::int64_t bytes = plan.m_stream->bytes(); bytes > 0)
        count = std::min(count, std::max(fewestBlocks, sampledBytes / (bytes / blocks + 1)));
    count = std::min(count, blocks);
    for (std::int64_t i = 0; i < count; ++i)
        plan.m_sampled.push_back(i * blocks / count);
    for (const std::int64_t block : plan.m_sampled)
        plan.m_sampledRows += plan.m_stream->rowsOf(block);
    CORE_TRY(loaded, plan.m_stream->read(plan.m_sampled, request));
    sample = std::move(loaded);
    return std::optional(std::move(plan));
}

// Without those of the source's own test rows.
std::int64_t StreamPlan::ownBlocks() const
{
    return (m_stream->rows() + m_stream->blockRows() - 1) / m_stream->blockRows();
}

base::Status StreamPlan::divide(const spec::SplitSpec& split, const Loaded& sample, bool training)
{
    spec::SplitSpec spec = split;
    const std::int64_t blocks = ownBlocks();
    const bool ordered = !sample.times.empty() && std::is_sorted(sample.times.begin(), sample.times.end());
    const bool predefined = !m_stream->parts().empty();
    if (spec.kind == "auto" && !predefined && !sample.times.empty() && !ordered && training)
        return base::Error{
            base::ErrorKind::Spec,
            "rows with dates are divided in time, and those of " +
                (sample.where.empty() ? sample.info.name : sample.where) +
                " are not in the order of their dates, which a stream cannot change",
            "/data/mode",
            "Sort the file by time, set data.mode to file, or split.kind to random if time plays no part"};
    if (spec.kind == "auto")
        spec.kind = !m_stream->parts().empty() ? "predefined" : ordered ? "chronological" : "random";
    if (spec.kind == "chronological" && !sample.times.empty() && !ordered)
        return base::Error{base::ErrorKind::Data, "its rows are not in the order of their times, and it is streamed",
                           sample.where.empty() ? "/split/kind" : sample.where,
                           "Sort the file by time, or set data.mode to file"};
    if (spec.kind == "predefined" ? m_stream->parts().empty() : spec.kind != "random" && spec.kind != "chronological")
        return refused("split.kind " + spec.kind, "random and chronological divide a stream");
    std::vector<double> times;
    for (std::int64_t block = 0; spec.kind == "chronological" && block < blocks; ++block)
        times.push_back(double(block));
    const bool ownTest = m_stream->testRows() > 0 && !spec.test;
    const std::vector<std::int32_t> given(m_stream->parts().begin(), m_stream->parts().end());
    SplitRequest request{.spec = spec, .rows = blocks, .times = times, .parts = given};
    request.test = testShare(spec, ownTest);
    CORE_TRY(kind, allSplits().make({spec.kind}));
    CORE_TRY(parts, kind->divide(request));
    m_blocks = {std::move(parts.train), std::move(parts.validation), std::move(parts.test)};
    for (auto& part : m_blocks)
        std::sort(part.begin(), part.end());
    // Blocks are rows there.
    for (std::int64_t row = m_stream->rows(); ownTest && row < m_stream->rows() + m_stream->testRows(); ++row)
        m_blocks[2].push_back(row);
    m_splitKind = spec.kind;
    return {};
}

std::array<std::vector<std::int64_t>, 3>
StreamPlan::sampleParts(const std::function<bool(std::int64_t place)>& keeps) const
{
    std::array<std::vector<std::int64_t>, 3> parts;
    std::int64_t place = 0;
    for (const std::int64_t block : m_sampled) {
        std::size_t part = 0;
        while (part < 3 && !std::binary_search(m_blocks[part].begin(), m_blocks[part].end(), block))
            ++part;
        for (std::int64_t k = 0; k < m_stream->rowsOf(block); ++k, ++place)
            if (part < 3 && keeps(place))
                parts[part].push_back(place);
    }
    return parts;
}

RowSet StreamPlan::rows(std::size_t part) const
{
    if (m_blocks[part].empty())
        return {};
    // Only the last block of a part may be shorter.
    const std::int64_t last = m_blocks[part].back();
    return RowSet::ofRuns(m_blocks[part], m_stream->blockRows(), last * m_stream->blockRows() + m_stream->rowsOf(last));
}

void StreamPlan::keepPossible(Problem& problem)
{
    const bool impossible = std::any_of(problem.changes.begin(), problem.changes.end(), [](const auto& change) {
        return change.first == "data.edits" || change.first == "data.sampler" || change.first.starts_with("split.");
    });
    if (!impossible)
        return;
    problem.action.clear();
    problem.changes.clear();
    problem.remedy += "; that needs data.mode file";
}

std::optional<Problem> StreamPlan::problem() const
{
    if (m_sampledRows == m_stream->count())
        return {};
    return Problem{.kind = "streamed_sample",
                   .column = {},
                   .rows = {},
                   .count = m_sampledRows,
                   .message = "of " + std::to_string(m_stream->count()) + " streamed rows, " +
                              std::to_string(m_sampledRows) + " spread over all of them are shown and examined here",
                   .remedy = "Set data.mode to file to see every row",
                   .effect = "Training sees every row; scales and fillings are learned from those shown"};
}

}
