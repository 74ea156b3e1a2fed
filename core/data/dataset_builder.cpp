// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/channels.h"
#include "core/data/check.h"
#include "core/data/class_counts.h"
#include "core/data/class_filter.h"
#include "core/data/dataset.h"
#include "core/data/edit.h"
#include "core/data/forecast_steps.h"
#include "core/data/old_task.h"
#include "core/data/open.h"
#include "core/data/streams/stream_plan.h"
#include "core/data/tables/row_labels.h"
#include "core/data/texts/tokens.h"

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
        SourceRequest request{beforeClasses(m_experiment.data)};
        // Rows to be embedded are read as rows of classes.
        const bool embeds = request.data.task == "embedding", reconstructs = request.data.task == "reconstruction";
        if (embeds)
            request.data.task = "classification";
        if (reconstructs)
            request.data.task = "auto";
        CORE_TRY(old, openOldTask(m_experiment));
        m_made.m_old = std::move(old);
        if (m_experiment.data.mode == "pipe") {
            CORE_CHECK(openStream(request));
        } else {
            CORE_TRY(loaded, m_cache ? m_cache->load(request) : loadSource(request));
            m_loaded = std::move(loaded);
            CORE_CHECK(applyEdits(m_experiment.data.edits, m_loaded));
            if (m_training)
                CORE_CHECK(enoughOfEach(m_loaded));
        }
        if (m_loaded.table)
            CORE_CHECK(
                chooseColumns(m_loaded, request, {m_experiment.split.group, m_experiment.split.column}, !m_training));
        if (embeds && m_loaded.info.classifies())
            m_loaded.info.task = "embedding";
        if (reconstructs && !m_loaded.info.locates())
            m_loaded.info.task = "reconstruction";
        joinTestRows();
        CORE_CHECK(takeClasses(m_experiment.data, m_loaded));
        CORE_CHECK(checkLabels(m_loaded));
        // In a sample of a stream a class may be missing by chance.
        if (!m_stream || !m_stream->problem())
            CORE_CHECK(checkChannelClasses(m_loaded));
        if (m_loaded.info.forecasts())
            CORE_CHECK(m_experiment.data.mode == "pipe"
                           ? base::Status(StreamPlan::refused("a forecast", "windows are cut from whole series"))
                           : becomeWindows());
        CORE_CHECK(makeInputs());
        m_made.m_problems = std::move(m_loaded.problems);
        for (std::size_t p = 0; p < 3; ++p)
            m_made.m_rows[p] = m_parts[p];
        if (!m_training)
            examineRows();
        const std::vector<std::int64_t>& train = m_parts[0];
        if (fills() && m_loaded.inputs.defined()) {
            CORE_TRY(fill, fillsFor(m_loaded.inputs, m_loaded.info, train, m_experiment.data.missing));
            fillMissing(m_loaded.inputs, fill);
            m_made.m_fill = std::move(fill);
        }
        // What a word counts is scaled by data.text.weighting already.
        const bool texts = m_loaded.info.modality == Modality::Text;
        spec::DataSpec wish = m_experiment.data;
        if (texts)
            wish.normalize = "none";
        CORE_CHECK(scale(wish));
        CORE_CHECK(joinOldTask());
        scaleForecasts();
        m_made.m_spec = request.data;
        const Column* target = m_loaded.table ? m_loaded.table->find(m_loaded.info.target) : nullptr;
        m_loaded.info.trainCounts = countClasses(m_loaded, m_parts[0]);
        m_made.m_textTarget = target && target->kind == ColumnKind::Text;
        m_made.m_info = std::move(m_loaded.info);
        m_made.m_bytes = m_decodesBytes || (m_loaded.inputs.defined() && m_loaded.inputs.scalar_type() == at::kByte);
        m_made.m_inputs = std::move(m_loaded.inputs);
        m_made.m_targets = std::move(m_loaded.targets);
        m_made.m_samples = std::move(m_loaded.samples);
        m_made.m_table = std::move(m_loaded.table);
        m_made.m_times = std::move(m_loaded.times);
        // A table may be predicted for even where the rows to learn from were none.
        if (!m_made.m_encoder && m_made.m_info.modality == Modality::Table)
            m_made.m_encoder = TableEncoder::ofNumbers(m_made.m_info.features);
        m_made.m_trainRows = m_parts[0];
        if (m_stream)
            attachStream();
        else if (m_training)
            CORE_CHECK(m_made.resample(m_experiment.augment, std::uint64_t(m_experiment.train.seed)));
        return std::move(m_made);
    }

private:
    const spec::Experiment& m_experiment;
    bool m_training;
    SourceCache* m_cache;
    Loaded m_loaded;
    DataModule m_made;
    std::optional<WindowRows> m_windows;
    std::array<std::vector<std::int64_t>, 3> m_parts;
    bool m_decodesBytes = false;
    std::optional<StreamPlan> m_stream; ///< of which m_loaded is a sample

    base::Status openStream(const SourceRequest& request)
    {
        CORE_CHECK(StreamPlan::check(m_experiment));
        CORE_TRY(plan, StreamPlan::open(request, m_loaded));
        if (!plan)
            m_made.m_leftOut = std::make_shared<LeftOut>();
        if (m_loaded.table && m_loaded.info.rows == 0)
            m_loaded.info.rows = m_loaded.table->rows;
        m_stream = std::move(plan);
        return {};
    }

    base::Status divideStream()
    {
        CORE_CHECK(m_stream->divide(m_experiment.split, m_loaded, m_training));
        m_parts = m_stream->sampleParts([this](std::int64_t place) { return kept(place); });
        m_made.m_splitKind = m_stream->splitKind();
        if (!m_parts[0].empty())
            return {};
        return base::Error{base::ErrorKind::Data, "no row is left to train on", m_loaded.where,
                           "Every row that was looked at has a missing value: set data.missing to mean, median or "
                           "most_frequent"};
    }

    /// Training sees all rows; the page and the doctor see those of the sample.
    void attachStream()
    {
        DatasetInfo& info = m_made.m_info;
        info.streamedRows = m_stream->stream()->count();
        for (std::size_t p = 0; p < 3; ++p)
            m_made.m_partRows[p] = std::int64_t(m_stream->rows(p).size());
        if (m_training) {
            info.rows = info.streamedRows;
            info.testRows = m_stream->stream()->testRows();
            for (std::size_t p = 0; p < 3; ++p)
                m_made.m_rows[p] = m_stream->rows(p);
            m_made.stream(m_stream->stream());
            return;
        }
        for (Problem& problem : m_made.m_problems)
            StreamPlan::keepPossible(problem);
        if (auto problem = m_stream->problem())
            m_made.m_problems.push_back(std::move(*problem));
    }

    /// Scales from the training rows; of pictures that are decoded when they are wanted, from some of them.
    base::Status scale(const spec::DataSpec& wish)
    {
        if (m_loaded.inputs.defined()) {
            CORE_TRY(scaling, scalingFor(m_loaded.inputs, m_parts[0], wish));
            m_made.m_scaling = std::move(scaling);
            return {};
        }
        CORE_TRY(inputs, someInputs(m_loaded, m_made.m_featurizer.get(), m_parts[0]));
        // Pixels are bytes, here as in memory: both ways give the same bits.
        m_decodesBytes = m_loaded.info.image();
        if (m_decodesBytes)
            inputs = inputs.mul(255).round_().to(at::kByte);
        std::vector<std::int64_t> all(std::size_t(inputs.size(0)));
        std::iota(all.begin(), all.end(), 0);
        CORE_TRY(scaling, scalingFor(inputs, all, wish));
        m_made.m_scaling = std::move(scaling);
        return {};
    }

    /// What is learned of words comes from the training rows alone, so those columns are encoded when the rows are
    /// divided; a first time before, since rows with gaps are told apart by their numbers.
    base::Status makeInputs()
    {
        const Loaded& loaded = m_loaded;
        const bool words = loaded.tabular() &&
                           std::any_of(loaded.featureColumns.begin(), loaded.featureColumns.end(), [&](std::size_t c) {
                               return loaded.table->columns[c].kind == ColumnKind::Text;
                           });
        if (loaded.tabular()) {
            std::vector<std::int64_t> all(std::size_t(loaded.table->rows));
            std::iota(all.begin(), all.end(), 0);
            CORE_CHECK(encodeTable(all));
        }
        if (m_training)
            CORE_CHECK(refuseBadValues());
        CORE_CHECK(m_stream ? divideStream() : divide());
        if (words)
            CORE_CHECK(encodeTable(m_parts[0]));
        if (wantsOtherPictures()) {
            m_loaded.samples = heldImages(std::move(m_loaded.inputs));
            m_loaded.inputs = at::Tensor();
        }
        return m_loaded.samples ? encodeSamples() : base::Status{};
    }

    /// Whether pictures that are held as numbers already have another size or other channels than were asked for.
    bool wantsOtherPictures() const
    {
        if (!m_loaded.info.image() || !m_loaded.inputs.defined() || m_loaded.samples)
            return false;
        const spec::ImageSpec& image = m_experiment.data.image;
        const std::vector<std::int64_t>& shape = m_loaded.info.inputShape;
        return (image.size && (shape[1] != *image.size || shape[2] != *image.size)) ||
               (image.channels == "grey" && shape[0] != 1) || (image.channels == "rgb" && shape[0] != 3);
    }

    /// Rows of a table are steps of series here, and rows of the data set are cut from those.
    base::Status becomeWindows()
    {
        std::vector<LongSeries> series;
        if (m_loaded.table) {
            std::vector<std::int64_t> all(std::size_t(m_loaded.table->rows));
            std::iota(all.begin(), all.end(), 0);
            CORE_CHECK(encodeTable(all));
            // The target is the first channel.
            m_loaded.targets = at::Tensor();
            if (m_training)
                CORE_CHECK(refuseBadValues());
            else
                m_loaded.problems = joined(std::move(m_loaded.problems), examineSteps(m_experiment, m_loaded));
            series = seriesOf(m_loaded, m_loaded.inputs);
            m_loaded.info.channels = std::move(m_loaded.info.features);
            m_loaded.info.origins.clear();
        } else if (m_loaded.samples) {
            CORE_TRY(read, seriesOf(*m_loaded.samples));
            series = std::move(read);
        }
        const spec::WindowSpec& spec = m_experiment.data.window;
        CORE_TRY(windows, cut(series, spec, true));
        m_windows = std::move(windows);
        m_loaded.steps = m_loaded.table;
        m_loaded.stepOfRow = firstForetold(*m_windows, spec.horizon);
        // The table stays for those who look at it.
        if (!m_training)
            m_made.m_steps = {m_loaded.table, m_loaded.times, {}, m_loaded.stepOfRow};
        m_loaded.inputs = m_windows->inputs;
        m_loaded.targets = m_windows->targets;
        m_loaded.times = m_windows->times;
        m_loaded.lines = m_windows->lines;
        m_loaded.dropped.clear();
        std::vector<std::int32_t> parts;
        for (const std::int64_t step : m_loaded.stepOfRow)
            if (std::size_t(step) < m_loaded.parts.size())
                parts.push_back(m_loaded.parts[std::size_t(step)]);
        m_loaded.parts = std::move(parts);
        m_loaded.table.reset();
        m_loaded.samples.reset();
        DatasetInfo& info = m_loaded.info;
        info.modality = Modality::Series;
        info.features.clear();
        info.rows = m_loaded.inputs.size(0);
        info.inputShape = {m_loaded.inputs.size(1), spec.context};
        info.horizon = spec.horizon;
        return {};
    }

    static std::vector<Problem> joined(std::vector<Problem> problems, std::vector<Problem> more)
    {
        problems.insert(problems.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
        return problems;
    }

    /// What is foretold is of the scale of what is seen of it.
    void scaleForecasts()
    {
        if (!m_loaded.info.forecasts() || m_experiment.data.normalize == "none")
            return;
        m_loaded.info.targetShift = m_made.m_scaling.shift[0];
        m_loaded.info.targetScale = m_made.m_scaling.scale[0];
        float* target = m_loaded.targets.mutable_data_ptr<float>();
        for (std::int64_t i = 0; i < m_loaded.targets.numel(); ++i)
            target[i] = (target[i] - m_made.m_scaling.shift[0]) * m_made.m_scaling.scale[0];
    }

    /// Weights that an old task taught know its scale and its classes' numbers.
    base::Status joinOldTask()
    {
        if (!m_experiment.train.incremental)
            return {};
        const DataModule* old = m_made.m_old.get();
        if (old) {
            m_made.m_scaling = old->m_scaling;
            m_made.m_fill = old->m_fill.empty() ? std::move(m_made.m_fill) : old->m_fill;
        }
        return takeOldClasses(m_experiment, old ? &old->info() : nullptr, m_loaded);
    }

    base::Status encodeTable(std::span<const std::int64_t> rows)
    {
        CORE_TRY(encoder,
                 m_made.m_old && m_made.m_old->m_encoder
                     ? base::Result<TableEncoder>(*m_made.m_old->m_encoder)
                     : TableEncoder::fit(m_loaded, rows, m_experiment.data, std::uint64_t(m_experiment.split.seed)));
        CORE_TRY(inputs, encoder.encode(*m_loaded.table));
        encoder.replaceLearned(inputs);
        encoder.describe(m_loaded.info);
        m_loaded.inputs = std::move(inputs);
        m_made.m_encoder = std::move(encoder);
        return {};
    }

    base::Status encodeSamples()
    {
        CORE_TRY(featurizer, m_made.m_old && m_made.m_old->m_featurizer
                                 ? base::Result<std::shared_ptr<const Featurizer>>(m_made.m_old->m_featurizer)
                                 : makeFeaturizer(m_loaded, m_experiment.data, m_parts[0]));
        if (featurizer) {
            m_loaded.info.inputShape = featurizer->shape();
            m_loaded.info.features = m_loaded.info.origins = featurizer->features();
            if (const Tokenizer* tokenizer = featurizer->tokenizer())
                m_loaded.info.tokens = tokenizer->vocabulary();
        }
        m_made.m_featurizer = std::move(featurizer);
        // Files of their own are decoded when they are wanted.
        if (m_loaded.inputs.defined() || (m_made.m_leftOut && !m_stream))
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

    base::Status refuseBadValues() const
    {
        CORE_CHECK(refuseInfinite(m_loaded));
        if (m_experiment.data.missing == "error")
            return refuseMissing(m_loaded, "Fill the cell, or set data.missing to drop, mean, median or most_frequent");
        // A forecast without all of its steps is in no part.
        if ((!fills() && m_experiment.data.missing != "keep") || m_loaded.info.forecasts())
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
        return hasMissing(m_loaded.targets, row);
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
        // A plane with nothing on it, or too little to divide, is looked at, too.
        const bool painted = !m_training && m_loaded.fewestOfClass > 0;
        if (painted && labels.rows.empty())
            return {};
        if (labels.rows.empty())
            return base::Error{
                base::ErrorKind::Data, "no row is left to train on", m_loaded.where,
                "Every row has a missing value: fill them by data.missing, or choose other columns in data.features"};
        CORE_CHECK(labels.read(m_loaded, m_experiment.split));
        const bool ownTest = m_loaded.info.testRows > 0 && !m_experiment.split.test;
        SplitRequest request = labels.request(m_loaded, m_experiment.split, testShare(m_experiment.split, ownTest));
        request.spec.kind = splitKind(request);
        if (m_training)
            CORE_CHECK(labels.checkTimes(m_loaded, request));
        CORE_TRY(split, allSplits().make({request.spec.kind}));
        auto divided = split->divide(request);
        if (!divided && !painted)
            return divided.error();
        SplitRows parts;
        if (divided)
            parts = std::move(*divided);
        for (std::int64_t place = 0; !divided && place < request.rows; ++place)
            parts.train.push_back(place);
        m_made.m_folds = split->folds(request);
        m_made.m_splitKind = request.spec.kind;
        const std::vector<std::int64_t>* places[] = {&parts.train, &parts.validation, &parts.test};
        for (std::size_t p = 0; p < 3; ++p) {
            m_parts[p].clear();
            for (const std::int64_t place : *places[p])
                m_parts[p].push_back(labels.rows[std::size_t(place)]);
        }
        for (std::int64_t row = m_loaded.info.rows; ownTest && row < m_loaded.info.rows + m_loaded.info.testRows; ++row)
            if (kept(row))
                m_parts[std::size_t(SplitName::Test)].push_back(row);
        if (m_made.m_splitKind == "stratified_k_fold")
            m_loaded.problems =
                joined(std::move(m_loaded.problems), smallClasses(m_loaded, m_parts, request.spec.folds));
        if (m_windows)
            CORE_CHECK(keepFutureAway());
        if (m_made.m_steps.table)
            m_made.m_steps.divide(m_parts, *m_windows, m_experiment.data.window.horizon);
        return {};
    }

    base::Status keepFutureAway()
    {
        const bool validated = !m_parts[1].empty();
        CORE_CHECK(keepFutureOut(m_parts, *m_windows, m_experiment.data.window));
        if (validated && m_parts[1].empty())
            m_loaded.problems.push_back(
                {.kind = "empty_split",
                 .message = "no validation row is left: each would see a step that test foretells",
                 .remedy = "Give validation a larger share, or shorten data.window.horizon",
                 .effect = "Nothing tells when the training rows are learned by heart"});
        return {};
    }

    void examineRows()
    {
        const bool marked = m_loaded.info.locates() && m_loaded.samples;
        if (!marked && (!m_loaded.targets.defined() || !m_loaded.inputs.defined()))
            return;
        std::vector<ColumnFacts> inputs;
        ColumnFacts targets;
        std::vector<Marks> marks;
        if (marked) {
            marks = lookAtMarks(*m_loaded.samples, m_loaded.info.classes.size(), m_parts);
        } else {
            inputs = columnFacts(m_loaded.inputs, m_loaded.dropped);
            targets = targetFacts(m_loaded.targets, m_loaded.dropped);
        }
        auto found = examine({m_experiment, m_loaded.info, m_loaded.inputs, m_loaded.targets, inputs, targets, m_parts,
                              m_loaded.times, m_made.m_splitKind, m_loaded.samples.get(),
                              columnsRead(m_loaded, m_made.m_problems), marks,
                              m_made.m_featurizer ? m_made.m_featurizer->tokenizer() : nullptr});
        // Of a forecast the steps are shown and edited.
        for (Problem& problem : found)
            for (std::int64_t& row : problem.rows)
                if (!m_loaded.stepOfRow.empty())
                    row = m_loaded.stepOfRow[std::size_t(row)];
        m_made.m_problems = joined(std::move(m_made.m_problems), std::move(found));
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
