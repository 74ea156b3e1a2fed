// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"
#include "core/data/edit.h"
#include "core/data/open.h"
#include "core/data/row_labels.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <numeric>

namespace core::data {

/// Makes a DataModule in the order that keeps the future and the test out of what training sees: load, refuse what is
/// broken, divide, then take every figure from the training rows alone.
class DataModuleBuilder {
public:
    DataModuleBuilder(const spec::Experiment& experiment, bool training, SourceCache* cache)
        : m_experiment(experiment),
          m_training(training),
          m_cache(cache)
    {
    }

    base::Result<DataModule> build()
    {
        const SourceRequest request{m_experiment.data};
        CORE_TRY(loaded, m_cache ? m_cache->load(request) : loadSource(request));
        m_loaded = std::move(loaded);
        CORE_CHECK(applyEdits(m_experiment.data.edits, m_loaded));
        if (m_loaded.table)
            CORE_CHECK(chooseColumns(m_loaded, request, {m_experiment.split.group, m_experiment.split.column}));
        joinTestRows();
        CORE_CHECK(checkClasses());
        CORE_CHECK(makeInputs());
        m_made.m_problems = std::move(m_loaded.problems);
        if (!m_training)
            examineRows();
        const auto& train = m_made.rows(SplitName::Train);
        if (fills()) {
            CORE_TRY(fill, fillsFor(m_loaded.inputs, m_loaded.info, train, m_experiment.data.missing));
            fillMissing(m_loaded.inputs, fill);
            m_made.m_fill = std::move(fill);
        }
        m_made.m_scaling = scalingFor(m_loaded.inputs, train, m_experiment.data.normalize);
        m_made.m_spec = m_experiment.data;
        m_made.m_info = std::move(m_loaded.info);
        m_made.m_inputs = std::move(m_loaded.inputs);
        m_made.m_targets = std::move(m_loaded.targets);
        m_made.m_samples = std::move(m_loaded.samples);
        m_made.m_table = std::move(m_loaded.table);
        m_made.m_times = std::move(m_loaded.times);
        // A table may be predicted for even where the rows to learn from were none.
        if (!m_made.m_encoder && m_made.m_info.modality == Modality::Table)
            m_made.m_encoder = TableEncoder::ofNumbers(m_made.m_info.features);
        m_made.m_trainRows = m_made.rows(SplitName::Train);
        if (m_training)
            CORE_CHECK(m_made.resample(m_experiment.augment, std::uint64_t(m_experiment.train.seed)));
        return std::move(m_made);
    }

private:
    const spec::Experiment& m_experiment;
    bool m_training;
    SourceCache* m_cache;
    Loaded m_loaded;
    DataModule m_made;

    /// What is learned of words comes from the training rows alone, so those columns are encoded when the rows are
    /// divided; a first time before, since rows with gaps are told apart by their numbers.
    base::Status makeInputs()
    {
        const Loaded& loaded = m_loaded;
        const bool words =
            loaded.table && std::any_of(loaded.featureColumns.begin(), loaded.featureColumns.end(), [&](std::size_t c) {
                return loaded.table->columns[c].kind == ColumnKind::Text;
            });
        if (loaded.table) {
            std::vector<std::int64_t> all(std::size_t(loaded.table->rows));
            std::iota(all.begin(), all.end(), 0);
            CORE_CHECK(encodeTable(all));
        }
        if (m_training)
            CORE_CHECK(refuseBadValues());
        CORE_CHECK(divide());
        if (words)
            CORE_CHECK(encodeTable(m_made.rows(SplitName::Train)));
        return m_loaded.samples ? encodeSamples() : base::Status{};
    }

    base::Status encodeTable(std::span<const std::int64_t> rows)
    {
        CORE_TRY(encoder, TableEncoder::fit(m_loaded, rows, m_experiment.data, std::uint64_t(m_experiment.split.seed)));
        CORE_TRY(inputs, encoder.encode(*m_loaded.table));
        encoder.replaceLearned(inputs);
        encoder.describe(m_loaded.info);
        m_loaded.inputs = std::move(inputs);
        m_made.m_encoder = std::move(encoder);
        return {};
    }

    base::Status encodeSamples()
    {
        CORE_TRY(featurizer, makeFeaturizer(m_loaded, m_experiment.data, m_made.rows(SplitName::Train)));
        if (featurizer) {
            m_loaded.info.inputShape = featurizer->shape();
            m_loaded.info.features = m_loaded.info.origins = featurizer->features();
        }
        m_made.m_featurizer = std::move(featurizer);
        if (m_loaded.inputs.defined())
            return {};
        CORE_TRY(inputs, inputsOf(*m_loaded.samples, m_made.m_featurizer.get(), m_loaded.info.inputShape));
        m_loaded.inputs = std::move(inputs);
        return {};
    }

    bool fills() const
    {
        const std::string& missing = m_experiment.data.missing;
        return missing == "mean" || missing == "median" || missing == "most_frequent";
    }

    /// The source's own test rows are numbered after the others.
    void joinTestRows()
    {
        if (!m_loaded.testInputs.defined())
            return;
        m_loaded.inputs = at::cat({m_loaded.inputs, m_loaded.testInputs});
        m_loaded.targets = at::cat({m_loaded.targets, m_loaded.testTargets});
        m_loaded.testInputs = m_loaded.testTargets = at::Tensor();
    }

    base::Status checkClasses() const
    {
        if (m_loaded.info.task != "classification")
            return {};
        const std::int64_t* label = m_loaded.targets.const_data_ptr<std::int64_t>();
        for (std::int64_t row = 0; row < m_loaded.targets.size(0); ++row)
            if (label[row] < -1 || label[row] >= std::int64_t(m_loaded.info.classes.size()))
                return base::Error{base::ErrorKind::Data,
                                   "label " + std::to_string(label[row]) + " of row " + std::to_string(row) +
                                       " is out of range: there are " + std::to_string(m_loaded.info.classes.size()) +
                                       " classes",
                                   m_loaded.where.empty() ? m_loaded.info.name : m_loaded.where, "Correct the label"};
        return {};
    }

    base::Status refuseBadValues() const
    {
        CORE_CHECK(refuseInfinite(m_loaded));
        if (m_experiment.data.missing == "error")
            return refuseMissing(m_loaded, "Fill the cell, or set data.missing to drop, mean, median or most_frequent");
        if (!fills() && m_experiment.data.missing != "keep")
            return {};
        Loaded targets = m_loaded;
        targets.inputs = at::Tensor();
        return refuseMissing(targets, "A target cannot be filled in: set data.missing to drop, or remove the row");
    }

    bool targetMissing(std::int64_t row) const
    {
        if (!m_loaded.targets.defined())
            return false;
        if (m_loaded.targets.scalar_type() == at::kLong)
            return m_loaded.targets.const_data_ptr<std::int64_t>()[row] < 0;
        return std::isnan(m_loaded.targets.const_data_ptr<float>()[row]);
    }

    bool timeMissing(std::int64_t row) const
    {
        const std::string& kind = m_experiment.split.kind;
        return std::size_t(row) < m_loaded.times.size() && std::isnan(m_loaded.times[std::size_t(row)]) &&
               (kind == "auto" || kind == "chronological" || kind == "walk_forward");
    }

    /// A row without a target is in no part; under `drop` one with any gap is not.
    bool kept(std::int64_t row) const
    {
        const bool drops = m_experiment.data.missing == "drop";
        if (targetMissing(row) || (std::size_t(row) < m_loaded.dropped.size() && m_loaded.dropped[std::size_t(row)]))
            return false;
        return !drops || !((m_loaded.inputs.defined() && hasMissing(m_loaded.inputs, row)) || timeMissing(row));
    }

    base::Status divide()
    {
        RowLabels labels;
        for (std::int64_t row = 0; row < m_loaded.info.rows; ++row)
            if (kept(row))
                labels.rows.push_back(row);
        if (labels.rows.empty())
            return base::Error{
                base::ErrorKind::Data, "no row is left to train on", m_loaded.where,
                "Every row has a missing value: fill them by data.missing, or choose other columns in data.features"};
        CORE_CHECK(labels.read(m_loaded, m_experiment.split));
        const bool ownTest = m_loaded.info.testRows > 0 && !m_experiment.split.test;
        SplitRequest request = labels.request(m_loaded, m_experiment.split, testShare(m_experiment.split, ownTest));
        request.spec.kind = splitKind(request);
        CORE_CHECK(checkTimes(request, labels.rows));
        CORE_TRY(split, allSplits().make({request.spec.kind}));
        CORE_TRY(parts, split->divide(request));
        m_made.m_folds = split->folds(request);
        m_made.m_splitKind = request.spec.kind;
        const std::vector<std::int64_t>* places[] = {&parts.train, &parts.validation, &parts.test};
        for (std::size_t p = 0; p < 3; ++p) {
            m_made.m_rows[p].clear();
            for (const std::int64_t place : *places[p])
                m_made.m_rows[p].push_back(labels.rows[std::size_t(place)]);
        }
        for (std::int64_t row = m_loaded.info.rows; ownTest && row < m_loaded.info.rows + m_loaded.info.testRows; ++row)
            if (kept(row))
                m_made.m_rows[std::size_t(SplitName::Test)].push_back(row);
        return {};
    }

    base::Status checkTimes(const SplitRequest& request, const std::vector<std::int64_t>& rows) const
    {
        if (!m_training || (request.spec.kind != "chronological" && request.spec.kind != "walk_forward"))
            return {};
        for (std::size_t i = 0; i < request.times.size(); ++i)
            if (std::isnan(request.times[i]))
                return base::Error{base::ErrorKind::Data,
                                   "row " + std::to_string(rows[i]) + " has no time in column \"" + m_loaded.info.time +
                                       "\", which orders the rows",
                                   m_loaded.where,
                                   "Fill the cell, set data.missing to drop, or set split.kind to random"};
        return {};
    }

    void examineRows()
    {
        const auto inputs = columnFacts(m_loaded.inputs, m_loaded.dropped);
        const auto targets = targetFacts(m_loaded.targets, m_loaded.dropped);
        const auto found = examine({m_experiment, m_loaded.info, m_loaded.inputs, m_loaded.targets, inputs, targets,
                                    m_made.m_rows, m_loaded.times, m_made.m_splitKind});
        m_made.m_problems.insert(m_made.m_problems.end(), found.begin(), found.end());
    }
};

base::Result<DataModule> DataModule::open(const spec::Experiment& experiment, bool training, SourceCache* cache)
{
    // Torch and the standard library throw where memory ends.
    try {
        return DataModuleBuilder(experiment, training, cache).build();
    } catch (const std::exception& error) {
        return base::Error{base::ErrorKind::Resource, std::string("the data cannot be loaded: ") + error.what(),
                           experiment.data.source.kind, "Take fewer rows by data.rows, or free some memory"};
    }
}

}
