// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/h5_view.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/store/event_lines.h"
#include "core/store/gist.h"
#include "core/store/h5_layout.h"
#include "core/store/h5_raw.h"
#include "core/store/profile_tables.h"
#include "core/store/seal.h"
#include "core/store/shared_columns.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace core::store {

namespace {

using h5::packed;

void writeScalars(hid_t file, const RunRecord& record, SharedColumns& shared)
{
    h5::createGroup(file, "/scalars");
    for (const auto& [name, series] : record.scalars) {
        const std::string path = layout::groupOf(name);
        h5::createReals(file, path + "/value", series.values, packed(series.values.size()));
        shared.write(path + "/step", series.steps);
        shared.write(path + "/time", series.times);
    }
}

void writeTensors(hid_t file, const RunRecord& record, SharedColumns& shared)
{
    h5::createGroup(file, "/tensors");
    for (const auto& [name, series] : record.tensors) {
        const std::string path = layout::tensorGroupOf(name) + '/';
        const h5::DatasetOptions options = packed(series.steps.size());
        shared.write(path + "step", series.steps);
        for (const auto& [statistic, column] : series.columns)
            layout::createColumn(file, path + statistic, statistic, column, options);
    }
}

struct SpreadRows {
    std::vector<std::int64_t> steps, counts;
    std::vector<double> low, high, edges;
    std::size_t bins = 0;

    // Rows of one table are of one width: that of the first.
    template <class Counts>
    void add(std::int64_t step, double from, double to, const Counts& row)
    {
        bins = bins == 0 ? row.size() : bins;
        if (row.size() != bins || bins == 0)
            return;
        steps.push_back(step);
        low.push_back(from);
        high.push_back(to);
        for (std::size_t edge = 0; edge <= bins; ++edge)
            edges.push_back(from + (to - from) * double(edge) / double(bins));
        counts.insert(counts.end(), row.begin(), row.end());
    }
};

// How tensors were spread: those that were captured, else the weights when the model was evaluated. `counts` holds a
// row of bins for each step, `edges` where they begin and end.
void writeHistograms(hid_t file, const RunRecord& record)
{
    std::map<std::string, SpreadRows> captured, evaluated;
    for (const events::Event& event : record.events)
        if (const auto* frame = std::get_if<events::WeightsFrame>(&event))
            for (const auto& layer : frame->layers)
                evaluated[layer.name].add(frame->step, layer.low, layer.high, layer.counts);
        else if (const auto* spreads = std::get_if<events::TensorHistograms>(&event))
            for (const auto& spread : spreads->tensors)
                captured[spread.name].add(spreads->step, spread.low, spread.high, spread.counts);
    captured.merge(evaluated);
    h5::createGroup(file, "/histograms");
    SharedColumns shared(file);
    for (const auto& [name, rows] : captured) {
        if (rows.bins == 0)
            continue;
        const std::string path = "/histograms/" + name;
        shared.write(path + "/step", rows.steps, true);
        h5::createReals(file, path + "/low", rows.low, {});
        h5::createReals(file, path + "/high", rows.high, {});
        h5::createTable(file, path + "/edges", rows.edges, rows.bins + 1);
        h5::createTable(file, path + "/counts", rows.counts, rows.bins);
    }
}

// Columns of one kind of event, for people who read with other programs.
struct Columns {
    std::vector<std::int64_t> steps;
    std::vector<double> times;
    std::map<std::string, std::vector<std::string>> texts;
};

void writeColumns(const std::string& group, const Columns& columns, SharedColumns& shared)
{
    shared.write(group + "/step", columns.steps, true);
    shared.write(group + "/time", columns.times, true);
    for (const auto& [name, texts] : columns.texts)
        shared.write(group + '/' + name, texts);
}

void writeTables(hid_t file, const RunRecord& record)
{
    Columns edits{{}, {}, {{"path", {}}, {"before", {}}, {"after", {}}}};
    Columns notices{{}, {}, {{"kind", {}}, {"message", {}}, {"where", {}}, {"advice", {}}}};
    Columns lineage{{}, {}, {{"run", {}}}};
    Columns findings{{}, {}, {{"rule", {}}, {"tensor", {}}, {"value", {}}, {"threshold", {}}, {"message", {}}}};
    for (std::size_t i = 0; i < record.events.size(); ++i) {
        const auto put = [&](Columns& columns, std::int64_t step, std::map<std::string, std::string> texts) {
            columns.steps.push_back(step);
            columns.times.push_back(record.eventTimes[i]);
            for (auto& [name, text] : texts)
                columns.texts[name].push_back(std::move(text));
        };
        if (const auto* edited = std::get_if<events::Edited>(&record.events[i]))
            put(edits, edited->step,
                {{"path", edited->path},
                 {"before", base::writeJson(edited->before)},
                 {"after", base::writeJson(edited->after)}});
        else if (const auto* notice = std::get_if<events::Notice>(&record.events[i]))
            put(notices, notice->step,
                {{"kind", std::string(name(notice->error.kind))},
                 {"message", notice->error.message},
                 {"where", notice->error.where},
                 {"advice", notice->error.advice}});
        else if (const auto* finding = std::get_if<events::Finding>(&record.events[i]))
            put(findings, finding->step,
                {{"rule", finding->rule},
                 {"tensor", finding->tensor},
                 {"value", base::writeJson(finding->value)},
                 {"threshold", base::writeJson(finding->threshold)},
                 {"message", finding->message}});
        else if (const auto* opened = std::get_if<events::RunOpened>(&record.events[i]);
                 opened && lineage.steps.empty() && !opened->parent.empty())
            put(lineage, opened->parentStep, {{"run", opened->parent}});
    }
    SharedColumns shared(file);
    writeColumns("/edits", edits, shared);
    writeColumns("/notices", notices, shared);
    writeColumns("/lineage", lineage, shared);
    writeColumns("/findings", findings, shared);
}

void writeLines(hid_t file, const std::string& path, const std::string& lines)
{
    h5::createBytes(file, path, lines, {std::clamp<hsize_t>(lines.size(), 1, 1 << 18), false, true});
}

base::Status syncFile(const std::filesystem::path& file)
{
    const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const int code = opened < 0 || ::fsync(opened) != 0 ? errno : 0;
    if (opened >= 0)
        ::close(opened);
    return code == 0 ? base::Status{} : base::systemError("sync", file, code);
}

}

base::Status writeView(const std::filesystem::path& path, const RunRecord& record)
{
    return writeView(path, record, eventLines(record));
}

base::Status writeView(const std::filesystem::path& path, const RunRecord& record, const EventLines& lines)
{
    CORE_CHECK(h5::guarded(path, [&] {
        h5::Id file = h5::createFile(path);
        layout::writeFacts(file, record, name(record.state));
        h5::writeAttribute(file, "sealed", std::int64_t(1));
        SharedColumns shared(file);
        writeScalars(file, record, shared);
        writeTensors(file, record, shared);
        writeHistograms(file, record);
        layout::writeRaw(file, record.folder, record.spec["imported"].isObject());
        writeTables(file, record);
        writeProfile(file, record);
        writeLines(file, "/events/lines", lines.events);
        writeLines(file, "/frames/lines", lines.frames);
        if (!file.reset())
            h5::fail("write the file");
    }));
    CORE_CHECK(putGist(path, record));
    CORE_CHECK(seal(path));
    return syncFile(path);
}

}
