// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/data_view_work.h"

#include "core/model/estimator.h"

#include "core/data/ops/distinct.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace core::session {

using data::CellColumn;
using data::ColumnKind;
using data::SplitName;

namespace {

constexpr std::size_t bins = 20, wordsShown = 20, countedPictures = 500;
constexpr std::int64_t summedRows = 1'000'000;

std::vector<std::uint8_t> bytesOf(const data::Sample& image)
{
    const std::int64_t plane = image.height() * image.width(), channels = image.channels();
    std::vector<std::uint8_t> bytes(std::size_t(plane * channels));
    for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t i = 0; i < plane; ++i)
            bytes[std::size_t(i * channels + c)] =
                std::uint8_t(std::lround(std::clamp(image.values[std::size_t(c * plane + i)], 0.f, 1.f) * 255));
    return bytes;
}

CellKind kindOf(ColumnKind kind)
{
    return kind == ColumnKind::Text ? CellKind::Text : kind == ColumnKind::Time ? CellKind::Time : CellKind::Number;
}

ColumnHead headOf(const CellColumn& column, std::int64_t rows)
{
    ColumnHead head{.name = column.name, .kind = kindOf(column.kind)};
    const std::int64_t step = std::max<std::int64_t>(1, rows / summedRows);
    if (column.write) {
        head.distinct = rows;
        return head;
    }
    if (column.kind == ColumnKind::Text) {
        std::vector<std::int64_t> counts(column.words.size());
        for (std::int64_t row = 0; row < rows; row += step)
            if (column.missing(row))
                head.missing += step;
            else
                counts[std::size_t(column.number(row))] += step;
        for (std::size_t w = 0; w < counts.size(); ++w)
            if (counts[w] > 0)
                head.words.emplace_back(column.words[w], counts[w]);
        head.distinct = std::int64_t(head.words.size());
        std::stable_sort(head.words.begin(), head.words.end(),
                         [](const auto& a, const auto& b) { return a.second > b.second; });
        head.words.resize(std::min(head.words.size(), wordsShown));
        return head;
    }
    std::vector<double> known;
    for (std::int64_t row = 0; row < rows; row += step) {
        const double x = column.number(row);
        if (std::isfinite(x))
            known.push_back(x);
        else if (std::isnan(x))
            head.missing += step;
    }
    head.histogram.assign(bins, 0);
    if (known.empty())
        return head;
    head.min = head.max = known.front();
    // Sums of differences from one value: a constant column has no spread at all.
    double sum = 0, square = 0;
    for (const double x : known) {
        head.min = std::min(head.min, x);
        head.max = std::max(head.max, x);
        sum += x - known.front();
    }
    head.mean = known.front() + sum / double(known.size());
    for (const double x : known)
        square += (x - head.mean) * (x - head.mean);
    head.std = std::sqrt(square / double(known.size()));
    const double width = head.max > head.min ? (head.max - head.min) / double(bins) : 1;
    for (const double x : known)
        head.histogram[std::size_t(std::min(double(bins - 1), (x - head.min) / width))] += step;
    head.distinct = data::countDistinct(known);
    return head;
}

// Targets are kept as floats: as many digits as one has.
std::string numberText(double value)
{
    char text[32];
    const auto [end, code] = std::to_chars(text, text + sizeof text, float(value));
    return {text, end};
}

}

void DataView::Work::countClasses()
{
    const data::DatasetInfo& info = module.info();
    for (std::size_t p = 0; p < 3; ++p) {
        counts[p].assign(info.classes.size(), 0);
        const auto count = [&](double label) {
            if (label >= 0 && label < double(counts[p].size()))
                ++counts[p][std::size_t(label)];
        };
        const data::RowSet& rows = module.rows(SplitName(p));
        // Each picture has to be read: the first ones stand for all.
        for (std::size_t i = 0; info.locates() && i < std::min(rows.size(), countedPictures); ++i)
            if (const auto sample = module.sample(rows[i])) {
                for (const data::Box& box : sample->boxes)
                    count(double(box.label));
                for (const std::uint8_t id : sample->mask)
                    count(double(id));
            }
        if (info.classifies() && module.hasTargets())
            for (const std::int64_t row : rows)
                count(module.target(row));
    }
}

void DataView::Work::prepare()
{
    countClasses();
    divide();
    addColumns();
    for (const CellColumn& column : cells) {
        heads.push_back(headOf(column, rows()));
        heads.back().role = roleOf(column.name);
    }
    if (auto made = data::Pipeline::make(experiment.augment, module.info()))
        pipeline = std::move(*made);
    problems = module.problems();
    tellIgnored();
}

void DataView::Work::divide()
{
    sampleParts.assign(std::size_t(module.size()), 3);
    for (std::size_t p = 0; p < 3; ++p)
        for (const std::int64_t row : module.rows(SplitName(p)))
            sampleParts[std::size_t(row)] = std::uint8_t(p);
    const data::Steps* steps = module.steps();
    parts = steps ? steps->parts : sampleParts;
    if (!steps)
        return;
    samples.assign(parts.size(), -1);
    for (std::size_t row = steps->ofRow.size(); row-- > 0;)
        samples[std::size_t(steps->ofRow[row])] = std::int64_t(row);
    // Of a longer horizon or stride some steps are no sample's first.
    for (std::size_t step = 1; step < samples.size(); ++step)
        if (samples[step] < 0 && parts[step] != 3)
            samples[step] = samples[step - 1];
}

/// An estimator learns from all rows at once: nothing comes between a row and it.
void DataView::Work::tellIgnored()
{
    if (!model::isEstimator(experiment.model.kind))
        return;
    std::string kinds;
    std::int64_t count = 0;
    base::Array kept;
    for (const base::Pick& pick : experiment.augment)
        if (const auto transform = data::allTransforms().make(pick);
            transform && (*transform)->works() != data::Works::Rows) {
            kinds += (count++ ? ", " : "") + pick.kind;
        } else {
            base::Object same = pick.params.object();
            same.set("kind", pick.kind);
            kept.push_back(std::move(same));
        }
    if (count > 0)
        problems.push_back(
            {.kind = "ignored_augmentation",
             .count = count,
             .message = experiment.model.kind + " does not see " + kinds + ": it learns from the rows themselves",
             .remedy = "Leave them out, choose augmentations that make rows (SMOTE, RandomOverSampler, "
                       "…), or a network",
             .effect = "The training is the same as without them.",
             .action = "Leave them out",
             .changes = {{"augment", std::move(kept)}}});
}

void DataView::Work::addColumns()
{
    const data::Table* table = module.steps() ? module.steps()->table.get() : module.table();
    if (table)
        for (const data::Column& column : table->columns)
            addTableColumn(column);
    else if (module.info().modality == data::Modality::Table)
        addInputColumns();
    else if (module.info().modality == data::Modality::Text)
        addWritten("text", [this](std::int64_t row) {
            const auto sample = module.sample(row);
            return sample ? sample->text : std::string();
        });
    else if (!module.whereOf(0).empty())
        addWritten("file", [this](std::int64_t row) { return module.whereOf(row); });
    if (!table && module.hasTargets())
        addTargetColumn();
}

CellRole DataView::Work::roleOf(const std::string& name) const
{
    const data::DatasetInfo& info = module.info();
    if (name == info.target)
        return CellRole::Target;
    if (std::find(info.origins.begin(), info.origins.end(), name) != info.origins.end())
        return CellRole::Feature;
    // Of forecasts every channel is seen.
    if (std::find(info.channels.begin(), info.channels.end(), name) != info.channels.end())
        return CellRole::Feature;
    if (name == info.time)
        return CellRole::Time;
    if (name == info.series && !name.empty())
        return CellRole::Group;
    return name == experiment.split.group ? CellRole::Group : CellRole::Unused;
}

std::string DataView::Work::labelOf(std::int64_t row) const
{
    if (!module.hasTargets())
        return {};
    const double target = module.target(row);
    const auto& classes = module.info().classes;
    if (classes.empty())
        return std::isnan(target) ? "" : numberText(target);
    return target >= 0 && target < double(classes.size()) ? classes[std::size_t(target)] : "";
}

Look DataView::Work::lookOf(std::int64_t row, const data::Sample& sample) const
{
    Look look{.modality = sample.modality, .row = row, .part = int(sampleParts[std::size_t(row)])};
    look.target = module.hasTargets() ? module.target(row) : std::nan("");
    look.label = labelOf(row);
    look.text = sample.text;
    look.where = module.whereOf(row);
    if (sample.modality == data::Modality::Image) {
        look.channels = sample.channels();
        look.height = sample.height();
        look.width = sample.width();
        look.pixels = bytesOf(sample);
        look.mask = sample.mask;
        const auto& classes = module.info().classes;
        for (const data::Box& box : sample.boxes)
            look.boxes.push_back({box.left, box.top, box.right, box.bottom,
                                  std::size_t(box.label) < classes.size() ? classes[std::size_t(box.label)] : ""});
        return look;
    }
    look.values = sample.values;
    look.shape = sample.shape;
    look.rate = sample.rate;
    if (sample.modality == data::Modality::Audio) {
        data::Sample heard = sample;
        if (module.featurize(heard) && heard.shape.size() == 3) {
            look.mels = heard.shape[1];
            look.spectrogram = std::move(heard.values);
        }
    }
    const std::vector<std::string>& vocabulary = module.info().tokens;
    if (!vocabulary.empty()) {
        data::Sample read = sample;
        if (module.featurize(read))
            for (const float number : read.values)
                if (number > 0 && std::size_t(number) < vocabulary.size())
                    look.tokens.push_back(vocabulary[std::size_t(number)]);
    }
    return look;
}

// What only works on numbers is shown on numbers, brought back to the scale of the source.
base::Result<Look> DataView::Work::augmented(std::int64_t row, std::int64_t draw) const
{
    const base::Draw epoch(std::uint64_t(experiment.train.seed), "augment", std::uint64_t(draw));
    if (!pipeline)
        return lookOf(row, *module.sample(row));
    CORE_TRY(sample, pipeline->look(module, row, epoch));
    if (module.info().modality != data::Modality::Table && module.info().modality != data::Modality::Series)
        return lookOf(row, sample);
    const std::vector<std::int64_t> rows{row};
    CORE_TRY(batch, pipeline->batch(module, rows, epoch));
    const float* values = batch.input.const_data_ptr<float>();
    const std::int64_t groups = std::int64_t(module.scale().size());
    const std::int64_t plane = batch.input.numel() / std::max<std::int64_t>(groups, 1);
    sample.values.assign(values, values + batch.input.numel());
    sample.shape = module.info().inputShape;
    for (std::int64_t g = 0; g < groups; ++g)
        for (std::int64_t i = 0; i < plane; ++i) {
            float& value = sample.values[std::size_t(g * plane + i)];
            value = value / module.scale()[std::size_t(g)] + module.shift()[std::size_t(g)];
        }
    return lookOf(row, sample);
}

void DataView::Work::addTableColumn(const data::Column& column)
{
    CellColumn cell{column.name, column.kind, {}, column.words};
    if (column.kind == ColumnKind::Text)
        cell.number = [codes = column.codes.data()](std::int64_t row) { return double(codes[row]); };
    else
        cell.number = [numbers = column.numbers.data()](std::int64_t row) { return numbers[row]; };
    cells.push_back(std::move(cell));
}

void DataView::Work::addInputColumns()
{
    const auto& features = module.info().features;
    for (std::size_t f = 0; f < features.size(); ++f)
        cells.push_back({features[f],
                         ColumnKind::Number,
                         [this, f](std::int64_t row) { return double(module.inputCell(row, std::int64_t(f))); },
                         {}});
}

void DataView::Work::addWritten(const std::string& name, std::function<std::string(std::int64_t)> write)
{
    cells.push_back({name, ColumnKind::Text, [](std::int64_t row) { return double(row); }, {}, std::move(write)});
}

void DataView::Work::addTargetColumn()
{
    const bool classes = !module.info().classes.empty();
    cells.push_back({module.info().target.empty() ? "label" : module.info().target,
                     classes ? ColumnKind::Text : ColumnKind::Number,
                     [this](std::int64_t row) { return module.target(row); }, module.info().classes});
}

}
