// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/debug/child.h"
#include "core/session/run_report.h"
#include "core/store/run_folder.h"

#include <memory>

namespace app::cli {

using namespace core::base;
namespace session = core::session;

namespace {

constexpr double pdfSeconds = 600;

struct ReportOptions {
    std::string run, html, pdf;
    session::ReportWish wish;
};

// PDFs are drawn by the window's program, which stands beside this one and needs no screen for it.
Status writePdf(const std::filesystem::path& run, const ReportOptions& options)
{
    std::error_code failed;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failed);
    const std::filesystem::path program = self.parent_path() / "descent";
    if (failed || !std::filesystem::exists(program))
        return Error{ErrorKind::Resource, "the window's program draws PDFs, and it is not there", program.string(),
                     "Build it (DESCENT_UI=ON), or write --html and print that"};
    const std::filesystem::path file = std::filesystem::absolute(options.pdf);
    std::vector<std::string> command{program.string(), run.string(), "--report",
                                     file.string(),    "--at",       options.wish.at};
    if (options.wish.quick)
        command.emplace_back("--quick");
    auto done = core::debug::runChild(command, {}, pdfSeconds, {{"QT_QPA_PLATFORM", "offscreen"}});
    if (!done)
        return Error{ErrorKind::Resource, "the PDF could not be written: " + done.error().message, file.string(),
                     done.error().advice};
    return {};
}

// Before anything is gathered.
Status checkFiles(const ReportOptions& options)
{
    for (const std::string& file : {options.html, options.pdf}) {
        if (file.empty())
            continue;
        if (std::filesystem::is_directory(file))
            return Error{ErrorKind::Usage, "is a folder", file, "Name a file in it, such as report.html"};
        const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
        if (!std::filesystem::is_directory(folder))
            return Error{ErrorKind::Usage, "there is no such folder", folder.string(), "Make it, or name another"};
    }
    return {};
}

Result<Outcome> report(const ReportOptions& options, const Common& common)
{
    CORE_CHECK(checkFiles(options));
    CORE_TRY(gathered, session::gatherReport(options.run, common.runsFolder(), options.wish));
    Outcome outcome{core::report::toValue(gathered).object()};
    Array files;
    if (!options.html.empty()) {
        CORE_CHECK(session::writeReportHtml(gathered, options.html));
        files.push_back(options.html);
    }
    if (!options.pdf.empty()) {
        CORE_CHECK(writePdf(gathered.record.folder, options));
        files.push_back(options.pdf);
    }
    outcome.text = core::report::summaryOf(gathered);
    for (const Value& file : files)
        outcome.text += "written: " + file.text() + "\n";
    outcome.object.set("files", std::move(files));
    return outcome;
}

}

void addReporting(Program& program)
{
    CLI::App* command = program.app.add_subcommand(
        "report", "A run on one page: figures, curves, findings, evaluation, data, settings, and whether it can be "
                  "done again");
    const auto options = std::make_shared<ReportOptions>();
    command->add_option("run", options->run, "Run folder, or its id")->required();
    command->add_option("--runs", program.common.runs, "Folder of the runs");
    command->add_option("--html", options->html, "Write it as one HTML file");
    command->add_option("--pdf", options->pdf, "Write it as a PDF");
    command->add_option("--at", options->wish.at, "The weights that are evaluated: last, best, or a step that is kept")
        ->capture_default_str();
    command->add_flag("--quick", options->wish.quick, "Only what was recorded: neither data nor weights are opened");
    program.on(command, [&common = program.common, options] { return report(*options, common); });
}

}
