// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/run_report.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/session/profile.h"
#include "core/session/report_parts.h"
#include "core/store/run_folder.h"

#include <algorithm>

namespace core::session {

using report::RunReport;

namespace run_report {

constexpr std::size_t mostCertificate = std::size_t(64) << 20;

bool imported(const store::RunRecord& record)
{
    return !record.opened || record.opened->totalSteps <= 0;
}

std::string sourceOf(const base::Value& spec)
{
    const base::Value& source = spec["data"]["source"];
    const std::string& path = source["path"].text();
    return path.empty() ? source["kind"].text() : path;
}

// What the run itself told of its data and its model.
void takeRecorded(RunReport& report)
{
    if (imported(report.record))
        return;
    const events::RunOpened& opened = *report.record.opened;
    report.data.source = sourceOf(report.record.spec);
    report.data.rows = {opened.trainRows, opened.validationRows, opened.testRows};
    report.data.classes = opened.classes;
    report.model.kind = report.record.spec["model"]["kind"].text();
    report.model.parameters = opened.parameters;
    if (report.trees())
        report.model.rounds = report.summary.steps;
}

bool goesOn(const store::RunRecord& record)
{
    using events::RunState;
    return record.state == RunState::Running || record.state == RunState::Paused || record.state == RunState::Preparing;
}

// What a replay has shown is kept beside the run; its samples are for whoever checks it.
base::Value certificateOf(const std::filesystem::path& run)
{
    const std::filesystem::path file = run / "certificate.json";
    if (!std::filesystem::exists(file))
        return {};
    const auto text = base::readFile(file, mostCertificate);
    auto read = text ? base::parseJson(*text, file.string()) : base::Result<base::Value>(text.error());
    if (!read || !read->isObject())
        return {};
    for (const char* large : {"samples", "tensors", "stages"})
        read->object().erase(large);
    return std::move(*read);
}

double optimism(const store::RunSummary& run)
{
    for (const auto& [name, value] : run.testMetrics)
        if (name == "test/accuracy")
            return optimismOf(value, run.testRows, run.testOpenings);
    return 0;
}

}

base::Result<RunReport> gatherReport(const std::string& run, const std::filesystem::path& runs, const ReportWish& wish,
                                     const Going& going)
{
    using namespace run_report;
    CORE_TRY(folder, store::findRun(run, runs));
    CORE_TRY(record, store::readRun(folder));
    CORE_TRY(summary, store::summarize(folder));
    RunReport report;
    report.record = std::move(record);
    report.summary = std::move(summary);
    report.written = base::wallSeconds();
    report.optimism = optimism(report.summary);
    report.certificate = certificateOf(folder);
    takeRecorded(report);
    report.rules = watchedBy(report.record, folder.parent_path());
    report.family = store::familyOf(store::listRuns(folder.parent_path()), report.record.id);
    judgeBranches(report);
    if (const debug::ProfileTrace trace = profileTraceOf(report.record); !trace.empty())
        report.profile = debug::reportOf(trace, report.record.finished.has_value());
    if (imported(report.record)) {
        report.noScores = "It was made by another program, and its weights are not here.";
        return report;
    }
    report.settings = settingsWithDefaults(report.record.spec);
    if (wish.quick) {
        report.data.unread = "only what was recorded was asked for.";
        report.noScores = "Neither data nor weights were opened: only what was recorded was asked for.";
        return report;
    }
    lookAtData(report);
    if (goesOn(report.record)) {
        report.noScores = "The run goes on: its weights are asked when it has ended or is stopped.";
        return report;
    }
    CORE_CHECK(askWeights(report, wish.at, going));
    return report;
}

base::Status writeReportHtml(const RunReport& report, const std::filesystem::path& file)
{
    return base::writeFileAtomically(file, report::htmlOf(report::documentOf(report)));
}

base::Status writeTreesReport(const std::filesystem::path& run)
{
    CORE_TRY(gathered, gatherReport(run.string(), run.parent_path()));
    return base::writeFileAtomically(run / treesReportFile, report::htmlOf(report::treesDocumentOf(gathered)));
}

}
