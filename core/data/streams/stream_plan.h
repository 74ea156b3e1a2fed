// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/row_set.h"
#include "core/data/streams/row_stream.h"
#include "core/spec/experiment.h"

#include <array>
#include <functional>
#include <optional>

namespace core::data {

/// How a stream is used: which of its blocks are looked at before training, and which part each block is of.
class StreamPlan {
public:
    /// Refuses what only rows that are all in memory allow: edits, drawing classes as often, new rows made of others.
    static base::Status check(const spec::Experiment& experiment);
    /// An error that says why something needs `data.mode: file`.
    static base::Error refused(const std::string& what, const std::string& why);

    /// Opens what `request` names, and reads a sample of its rows, spread over all of them, into `sample`. Nothing for
    /// rows that are files of their own, which `sample` lists: they are decoded one by one when they are wanted.
    static base::Result<std::optional<StreamPlan>> open(const SourceRequest& request, Loaded& sample);

    /// Divides the blocks as rows would be, so that a part can be read without the others. `auto` means what the source
    /// says, else by time where the sample's rows are in its order, else at random; with dates in no order that is an
    /// error for a training, which must not learn from the future unasked.
    base::Status divide(const spec::SplitSpec& split, const Loaded& sample, bool training);
    /// Places in the sample, per part, of rows that `keeps` says yes to.
    std::array<std::vector<std::int64_t>, 3> sampleParts(const std::function<bool(std::int64_t place)>& keeps) const;

    const std::shared_ptr<const RowStream>& stream() const { return m_stream; }
    const std::string& splitKind() const { return m_splitKind; }
    /// All rows of a part.
    RowSet rows(std::size_t part) const;
    /// Takes the action of a remedy away that needs all rows at once.
    static void keepPossible(Problem& problem);
    /// That only a sample is looked at; nothing if it is all there is.
    std::optional<Problem> problem() const;

private:
    std::shared_ptr<const RowStream> m_stream;
    std::vector<std::int64_t> m_sampled;
    std::int64_t m_sampledRows = 0;
    std::array<std::vector<std::int64_t>, 3> m_blocks;
    std::string m_splitKind;

    std::int64_t ownBlocks() const;
};

}
