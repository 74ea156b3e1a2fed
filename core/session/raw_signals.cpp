// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/raw_signals.h"

#include "core/store/raw_tensors.h"
#include "core/tensor/signal_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace core::session {

namespace raw_signals {

constexpr std::size_t mostSaves = 64;
constexpr std::int64_t mostClasses = 1000;

base::Result<at::Tensor> tensorOf(const store::RawReader& reader, const store::RawEntry& entry)
{
    CORE_TRY(values, reader.read(entry));
    at::Tensor made = tensor::empty(entry.shape);
    std::copy(values.begin(), values.end(), made.mutable_data_ptr<float>());
    return made;
}

/// Labels beside predictions: those of the same step and of the same mode.
class Labels {
public:
    Labels(const store::RawReader& reader, const spec::LayerTypes& layers) : m_reader(reader)
    {
        for (const auto& [name, entries] : reader.index())
            if (spec::isIn("labels", name, layers))
                for (const store::RawEntry& entry : entries)
                    m_known.emplace(std::pair(name.starts_with(spec::atEvaluation), entry.step), &entry);
    }

    at::Tensor of(const std::string& name, std::int64_t step) const
    {
        const auto found = m_known.find({name.starts_with(spec::atEvaluation), step});
        if (found == m_known.end())
            return {};
        auto labels = tensorOf(m_reader, *found->second);
        return labels ? *labels : at::Tensor();
    }

    std::int64_t classes() const
    {
        std::int64_t most = -1;
        for (const auto& [place, entry] : m_known)
            if (const auto labels = tensorOf(m_reader, *entry))
                for (const std::int64_t label : tensor::classesOf(*labels))
                    most = std::max(most, label);
        return most < mostClasses ? most + 1 : 0;
    }

private:
    const store::RawReader& m_reader;
    std::map<std::pair<bool, std::int64_t>, const store::RawEntry*> m_known;
};

// The statistics that somebody wants of a tensor and that are not there at every step at which it was kept.
std::vector<spec::Statistic> missing(const std::string& name, const std::vector<store::RawEntry>& entries,
                                     const store::RunRecord& record, const std::vector<spec::CaptureSpec>& wanted,
                                     const spec::LayerTypes& layers, std::int64_t classes)
{
    std::vector<spec::Statistic> all;
    const auto recorded = record.tensors.find(name);
    const std::vector<std::int64_t>& shape = entries.front().shape;
    const std::vector<std::int64_t> row(shape.begin() + (shape.empty() ? 0 : 1), shape.end());
    for (const spec::CaptureSpec& capture : wanted) {
        if (!spec::selected(capture, {name}, layers).front())
            continue;
        for (const std::string& text : spec::statisticsOf(capture))
            for (const spec::Statistic& one : tensor::closed(spec::parseStatistic(text).valueOr({}), classes, row)) {
                const bool known =
                    recorded != record.tensors.end() && recorded->second.columns.count(spec::spell(one)) > 0;
                const spec::StatisticKind* kind = spec::statisticKind(one.name);
                const bool fits = kind && (!kind->pair || spec::isIn("predictions", name, layers));
                if (fits && !known && std::ranges::find(all, one) == all.end())
                    all.push_back(one);
            }
    }
    return all;
}

// Rows of both, by their steps.
store::TensorSeries merged(const store::TensorSeries& before, const store::TensorSeries& more)
{
    store::TensorSeries all;
    std::ranges::set_union(before.steps, more.steps, std::back_inserter(all.steps));
    for (const store::TensorSeries* one : {&before, &more})
        for (const auto& [statistic, values] : one->columns) {
            std::vector<double>& column = all.columns[statistic];
            column.assign(all.steps.size(), store::asKept(statistic, std::numeric_limits<double>::quiet_NaN()));
            for (std::size_t i = 0, at = 0; i < values.size(); ++i) {
                while (all.steps[at] != one->steps[i])
                    ++at;
                column[at] = values[i];
            }
        }
    return all;
}

base::Result<store::TensorSeries> seriesOf(const std::string& name, const std::vector<store::RawEntry>& entries,
                                           const std::vector<spec::Statistic>& statistics,
                                           const store::RawReader& reader, const Labels& labels)
{
    store::TensorSeries series;
    std::vector<tensor::Save> before;
    for (const store::RawEntry& entry : entries) {
        CORE_TRY(values, tensorOf(reader, entry));
        tensor::Signal signal(values);
        signal.setPast(entry.step, before);
        if (const at::Tensor truths = labels.of(name, entry.step); truths.defined())
            signal.setLabels(truths);
        series.steps.push_back(entry.step);
        for (const spec::Statistic& statistic : statistics) {
            const std::string text = spec::spell(statistic);
            series.columns[text].push_back(store::asKept(text, signal.take(statistic)));
        }
        before.push_back({entry.step, values});
        if (before.size() > mostSaves)
            before.erase(before.begin());
    }
    return series;
}

}

base::Status addRawStatistics(store::RunRecord& record, const std::vector<spec::CaptureSpec>& wanted)
{
    if (!std::filesystem::exists(store::rawFile(record.folder)))
        return {};
    CORE_TRY(reader, store::RawReader::open(record.folder));
    const spec::LayerTypes layers =
        spec::layerTypes(record.opened ? record.opened->layers : std::vector<std::string>{});
    const raw_signals::Labels labels(reader, layers);
    const std::int64_t known = record.opened ? std::int64_t(record.opened->classes.size()) : 0;
    const std::int64_t classes = known > 0 ? known : labels.classes();
    for (const auto& [name, entries] : reader.index()) {
        const auto statistics = raw_signals::missing(name, entries, record, wanted, layers, classes);
        if (statistics.empty())
            continue;
        CORE_TRY(series, raw_signals::seriesOf(name, entries, statistics, reader, labels));
        record.tensors[name] = raw_signals::merged(record.tensors[name], series);
    }
    return {};
}

}
