// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/pipeline.h"
#include "core/data/tables/row_filter.h"
#include "core/session/data_view.h"

namespace core::session {

/// What a DataView holds: the opened data, and its columns as cells.
class DataView::Work {
public:
    spec::Experiment experiment;
    data::DataModule module;
    std::vector<data::CellColumn> cells;
    std::vector<ColumnHead> heads;
    std::vector<std::uint8_t> parts, sampleParts; ///< per row, and per sample where rows are the steps of series
    std::vector<std::int64_t> samples;            ///< per step: the one that foretells it; else empty
    std::vector<data::Problem> problems;
    std::optional<data::Pipeline> pipeline;
    std::array<std::vector<std::int64_t>, 3> counts; ///< rows of each class in each part, or boxes or pixels

    void prepare();
    std::int64_t rows() const { return module.steps() ? module.steps()->table->rows : module.size(); }
    const std::vector<double>& times() const { return module.steps() ? module.steps()->times : module.times(); }
    Look lookOf(std::int64_t row, const data::Sample& sample) const;
    base::Result<Look> augmented(std::int64_t row, std::int64_t draw) const;

private:
    void countClasses();
    void divide();
    void addColumns();
    void tellIgnored();
    CellRole roleOf(const std::string& name) const;
    std::string labelOf(std::int64_t row) const;
    void addTableColumn(const data::Column& column);
    void addInputColumns();
    void addWritten(const std::string& name, std::function<std::string(std::int64_t)> write);
    void addTargetColumn();
};

}
