// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/signals/windows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace core::data {

namespace {

constexpr std::int64_t mostWindowCells = std::int64_t(1) << 31;

bool tellsApart(const Column& column, const std::vector<double>& times)
{
    std::set<std::pair<std::int32_t, double>> seen;
    for (std::size_t row = 0; row < times.size(); ++row)
        if (!std::isnan(times[row]) && !seen.emplace(column.codes[row], times[row]).second)
            return false;
    return true;
}

// Places of the rows of each series, in the order of their times.
std::vector<std::vector<std::int64_t>> coursesOf(const Loaded& loaded)
{
    const Column* column = loaded.info.series.empty() ? nullptr : loaded.table->find(loaded.info.series);
    std::map<std::int32_t, std::vector<std::int64_t>> courses;
    for (std::int64_t row = 0; row < loaded.table->rows; ++row)
        if (loaded.times.empty() || !std::isnan(loaded.times[std::size_t(row)]))
            courses[column && !column->codes.empty() ? column->codes[std::size_t(row)] : 0].push_back(row);
    std::vector<std::vector<std::int64_t>> all;
    for (auto& [code, rows] : courses) {
        if (!loaded.times.empty())
            std::stable_sort(rows.begin(), rows.end(), [&](auto a, auto b) {
                return loaded.times[std::size_t(a)] < loaded.times[std::size_t(b)];
            });
        all.push_back(std::move(rows));
    }
    return all;
}

LongSeries seriesFrom(std::span<const std::int64_t> rows, const Loaded& loaded, const at::Tensor& steps)
{
    LongSeries series{steps.size(1), std::int64_t(rows.size()), {}, {}, {}, {rows.begin(), rows.end()}};
    const float* values = steps.const_data_ptr<float>();
    for (std::int64_t c = 0; c < series.channels; ++c)
        for (const std::int64_t row : rows)
            series.values.push_back(values[row * series.channels + c]);
    for (const std::int64_t row : rows) {
        if (!loaded.times.empty())
            series.times.push_back(loaded.times[std::size_t(row)]);
        if (std::size_t(row) < loaded.lines.size())
            series.lines.push_back(loaded.lines[std::size_t(row)]);
    }
    return series;
}

base::Error tooShort(const std::vector<LongSeries>& series, std::int64_t needed)
{
    std::int64_t longest = 0;
    for (const LongSeries& one : series)
        longest = std::max(longest, one.steps);
    return {base::ErrorKind::Data,
            "no series has " + std::to_string(needed) +
                " steps, which a row of context and horizon takes; the longest "
                "has " +
                std::to_string(longest),
            "/data/window", "Shorten data.window.context or data.window.horizon"};
}

// Rows of several series stand in one order of time.
void orderInTime(WindowRows& windows, const std::vector<LongSeries>& series, std::int64_t context)
{
    if (series.size() < 2 || series.front().times.empty())
        return;
    struct Place {
        double time;
        std::int64_t series, first;
    };
    std::vector<Place> places;
    for (std::size_t row = 0; row < windows.first.size(); ++row) {
        const std::int64_t s = windows.series[row], first = windows.first[row];
        places.push_back({series[std::size_t(s)].times[std::size_t(first + context)], s, first});
    }
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.time < b.time; });
    for (std::size_t row = 0; row < places.size(); ++row) {
        windows.series[row] = places[row].series;
        windows.first[row] = places[row].first;
    }
}

void write(const LongSeries& series, std::int64_t first, const spec::WindowSpec& spec, bool future, float*& input,
           float*& target)
{
    for (std::int64_t c = 0; c < series.channels; ++c) {
        const float* from = series.values.data() + c * series.steps + first;
        input = std::copy(from, from + spec.context, input);
    }
    if (future)
        target = std::copy_n(series.values.data() + first + spec.context, spec.horizon, target);
}

}

base::Result<std::string> seriesColumn(const Table& table, const std::string& asked, const std::vector<double>& times)
{
    if (!asked.empty()) {
        const Column* column = table.find(asked);
        if (column && column->kind == ColumnKind::Text)
            return asked;
        return base::Error{base::ErrorKind::Spec,
                           column ? "\"" + asked + "\" holds no names that could tell series apart"
                                  : "there is no column \"" + asked + "\"",
                           "/data/window/series", "Name a column of texts; list numbers in data.source.categorical"};
    }
    if (!table.series.empty())
        return table.series;
    std::vector<double> sorted;
    std::copy_if(times.begin(), times.end(), std::back_inserter(sorted), [](double time) { return !std::isnan(time); });
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end())
        return std::string();
    for (const Column& column : table.columns)
        if (column.kind == ColumnKind::Text && tellsApart(column, times))
            return column.name;
    return std::string();
}

std::vector<LongSeries> seriesOf(const Loaded& loaded, const at::Tensor& steps)
{
    std::vector<LongSeries> all;
    for (const std::vector<std::int64_t>& rows : coursesOf(loaded)) {
        const auto dropped = [&](std::int64_t row) {
            return std::size_t(row) < loaded.dropped.size() && loaded.dropped[std::size_t(row)] != 0;
        };
        for (auto begin = rows.begin(); begin != rows.end();) {
            const auto end = std::find_if(begin, rows.end(), dropped);
            if (begin != end)
                all.push_back(seriesFrom({begin, end}, loaded, steps));
            begin = end == rows.end() ? end : end + 1;
        }
    }
    return all;
}

base::Result<std::vector<LongSeries>> seriesOf(const SampleStore& samples)
{
    std::vector<LongSeries> all;
    for (std::int64_t row = 0; row < samples.size(); ++row) {
        CORE_TRY(sample, samples.read(row));
        all.push_back({sample.channels(), sample.width(), std::move(sample.values), {}, {}, {}});
    }
    return all;
}

base::Result<WindowRows> cut(const std::vector<LongSeries>& series, const spec::WindowSpec& spec, bool future)
{
    const std::int64_t needed = spec.context + (future ? spec.horizon : 0);
    const std::int64_t channels = series.empty() ? 1 : series.front().channels;
    WindowRows made;
    for (std::size_t s = 0; s < series.size(); ++s) {
        if (series[s].channels != channels)
            return base::Error{base::ErrorKind::Data,
                               "series " + std::to_string(s) + " has " + std::to_string(series[s].channels) +
                                   " channels, the first has " + std::to_string(channels),
                               "/data", "Give every series the same channels"};
        for (std::int64_t first = 0; first + needed <= series[s].steps; first += spec.stride) {
            made.series.push_back(std::int64_t(s));
            made.first.push_back(first);
        }
    }
    const std::int64_t rows = std::int64_t(made.first.size());
    if (rows == 0)
        return tooShort(series, needed);
    if (future)
        orderInTime(made, series, spec.context);
    if (rows > mostWindowCells / (channels * spec.context + spec.horizon))
        return base::Error{base::ErrorKind::Resource,
                           std::to_string(rows) + " rows of " + std::to_string(spec.context) +
                               " steps do not fit into memory",
                           "/data/window/stride", "A longer stride makes fewer rows, a shorter context smaller ones"};
    made.inputs = tensor::empty({rows, channels, spec.context});
    made.targets = tensor::empty({rows, future ? spec.horizon : 0});
    float* input = made.inputs.mutable_data_ptr<float>();
    float* target = future ? made.targets.mutable_data_ptr<float>() : nullptr;
    for (std::size_t row = 0; row < made.first.size(); ++row) {
        const LongSeries& from = series[std::size_t(made.series[row])];
        write(from, made.first[row], spec, future, input, target);
        const std::int64_t next = made.first[row] + spec.context;
        if (future)
            made.times.push_back(from.times.empty() ? double(next - from.steps) : from.times[std::size_t(next)]);
        if (!from.lines.empty())
            made.lines.push_back(from.lines[std::size_t(std::min(next, from.steps - 1))]);
        if (future && !from.rows.empty())
            made.foretold.insert(made.foretold.end(), from.rows.begin() + next,
                                 from.rows.begin() + next + spec.horizon);
    }
    return made;
}

base::Status keepFutureOut(std::array<std::vector<std::int64_t>, 3>& parts, const WindowRows& windows,
                           const spec::WindowSpec& spec)
{
    enum : std::uint8_t { validated = 1, tested = 2 };
    std::vector<std::vector<std::uint8_t>> steps;
    for (std::size_t row = 0; row < windows.first.size(); ++row) {
        steps.resize(std::max(steps.size(), std::size_t(windows.series[row]) + 1));
        auto& own = steps[std::size_t(windows.series[row])];
        own.resize(std::max(own.size(), std::size_t(windows.first[row] + spec.context + spec.horizon)), 0);
    }
    const auto span = [&](std::int64_t row, std::int64_t from) {
        auto& own = steps[std::size_t(windows.series[std::size_t(row)])];
        const std::int64_t first = windows.first[std::size_t(row)];
        return std::span(own.begin() + first + from, own.begin() + first + spec.context + spec.horizon);
    };
    for (const auto& [part, mark] : {std::pair(SplitName::Validation, validated), {SplitName::Test, tested}})
        for (const std::int64_t row : parts[std::size_t(part)])
            for (std::uint8_t& step : span(row, spec.context))
                step |= mark;
    const auto leaveOut = [&](SplitName part, int marks) {
        std::erase_if(parts[std::size_t(part)], [&](std::int64_t row) {
            const auto seen = span(row, 0);
            return std::any_of(seen.begin(), seen.end(), [&](std::uint8_t step) { return (step & marks) != 0; });
        });
    };
    leaveOut(SplitName::Train, validated | tested);
    leaveOut(SplitName::Validation, tested);
    if (!parts[std::size_t(SplitName::Train)].empty())
        return {};
    return base::Error{base::ErrorKind::Spec,
                       "every training row sees a step that validation or test foretells, so none may be learned from",
                       "/split/kind", "Set split.kind to chronological, or shorten data.window"};
}

}
