// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/exporter.h"
#include "core/store/file_beside.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace core::store::exports::csv {

namespace {

struct Spec {};

std::string number(double value)
{
    // Pandas' and NumPy's spelling.
    if (std::isnan(value))
        return "nan";
    if (std::isinf(value))
        return value > 0 ? "inf" : "-inf";
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string quoted(const std::string& name)
{
    if (name.find_first_of(",\"\r\n") == name.npos)
        return name;
    std::string text = "\"";
    for (const char c : name)
        text += c == '"' ? "\"\"" : std::string(1, c);
    return text + '"';
}

/// One line a step with a column for each metric; what was not measured at a step is empty. `epoch` counts the epochs
/// done, `step` the optimizer steps done before the values were taken, `time` is in seconds since the epoch. Statistics
/// of tensors, if there are any, stand in `<name>.tensors.csv` beside it: a line for each tensor and step.
class Csv final : public Exporter {
public:
    explicit Csv(Spec) {}

    base::Result<std::vector<std::filesystem::path>> write(const ExportRequest& request) const override
    {
        CORE_TRY(record, readRun(request.run));
        CORE_TRY(file, exportFile(request, ".csv"));
        CORE_TRY(output, FileBeside::create(file));
        std::string head = "epoch,step,time";
        for (const auto& [name, series] : record.scalars)
            head += ',' + quoted(name);
        CORE_CHECK(output.write(head + '\n'));
        CORE_CHECK(writeRows(output, record));
        CORE_CHECK(output.commit());
        if (record.tensors.empty())
            return std::vector{file};
        std::filesystem::path beside = file;
        beside.replace_extension(".tensors.csv");
        CORE_CHECK(writeTensors(beside, record.tensors));
        return std::vector{file, beside};
    }

private:
    static base::Status writeTensors(const std::filesystem::path& file, const TensorMap& tensors)
    {
        std::set<std::string> statistics;
        for (const auto& [name, series] : tensors)
            for (const auto& [statistic, column] : series.columns)
                statistics.insert(statistic);
        CORE_TRY(output, FileBeside::create(file));
        std::string head = "tensor,step";
        for (const std::string& statistic : statistics)
            head += ',' + statistic;
        CORE_CHECK(output.write(head + '\n'));
        for (const auto& [name, series] : tensors)
            for (std::size_t i = 0; i < series.steps.size(); ++i) {
                std::string line = quoted(name) + ',' + std::to_string(series.steps[i]);
                for (const std::string& statistic : statistics) {
                    const auto column = series.columns.find(statistic);
                    line += ',';
                    // A count that was not taken.
                    if (column != series.columns.end() && !(keptAs(statistic) == Kept::Count && column->second[i] < 0))
                        line += number(column->second[i]);
                }
                CORE_CHECK(output.write(line + '\n'));
            }
        return output.commit();
    }

    static base::Status writeRows(FileBeside& output, const RunRecord& record)
    {
        const std::int64_t stepsPerEpoch = record.opened ? record.opened->stepsPerEpoch : 0;
        std::vector<std::pair<const Series*, std::size_t>> places; // the next value of each
        for (const auto& [name, series] : record.scalars)
            places.emplace_back(&series, 0);
        const auto isLeft = [](const auto& place) { return place.second < place.first->steps.size(); };
        while (std::any_of(places.begin(), places.end(), isLeft)) {
            std::int64_t step = INT64_MAX;
            for (const auto& place : places)
                if (isLeft(place))
                    step = std::min(step, place.first->steps[place.second]);
            double time = 0;
            std::string values;
            for (auto& place : places) {
                values += ',';
                if (!isLeft(place) || place.first->steps[place.second] != step)
                    continue;
                time = std::max(time, place.first->times[place.second]);
                values += number(place.first->values[place.second++]);
            }
            const std::string epoch = stepsPerEpoch > 0 ? std::to_string(step / stepsPerEpoch) : "";
            CORE_CHECK(output.write(epoch + ',' + std::to_string(step) + ',' + number(time) + values + '\n'));
        }
        return {};
    }
};

}

void enroll(Exporters& all)
{
    all.add<Csv, Spec>("csv", "CSV", "Every scalar of the run as one table, a line a step.", base::Fields<Spec>{});
}

}
