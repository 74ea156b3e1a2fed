// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "core/base/files.h"
#include "core/session/run_report.h"
#include "ui/bridge/report_desk.h"
#include "ui/models/runs_table.h"
#include "ui/pages/debug_page.h"
#include "ui/pages/report_export.h"
#include "ui/pages/runs_page.h"
#include "ui/print/report_pdf.h"
#include "ui/shell/launch.h"
#include "ui/style/label.h"

#include <QFileDialog>
#include <QLineEdit>
#include <QPushButton>

namespace tests::report_export_test {

using namespace ui::pages;
using tests::spinUntil;

namespace {

constexpr const char* little =
    R"({"name": "little", "data": {"source": "two-moons", "rows": 60}, "train": {"epochs": 2, "threads": 1}})";

std::string textOf(const QString& file)
{
    const auto text = core::base::readFile(file.toStdString());
    REQUIRE(text);
    return *text;
}

// Types a file's name into the dialog that is open, and Enter.
void answerDialog(QWidget& owner, const QString& file)
{
    REQUIRE(spinUntil([&] { return owner.findChild<QFileDialog*>() && owner.findChild<QFileDialog*>()->isVisible(); }));
    auto* dialog = owner.findChild<QFileDialog*>();
    auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
    REQUIRE(name);
    name->setText(file);
    QTest::keyClick(name, Qt::Key_Return);
}

struct Exporting : tests::Bench {
    QString file(const char* name) const { return QString::fromStdString((runs.path() / name).string()); }

    // A click on the button, an answer to the dialog, and what stands there when it has ended.
    QString exported(ReportExport& part, const QString& to)
    {
        bool over = false;
        const auto watching = QObject::connect(&part, &ReportExport::ended, [&](bool) { over = true; });
        QTest::mouseClick(part.findChild<QPushButton*>(QStringLiteral("exportReport")), Qt::LeftButton);
        answerDialog(part, to);
        REQUIRE(spinUntil([&] { return over; }));
        QObject::disconnect(watching);
        return part.findChild<ui::style::Label*>(QStringLiteral("reportText"))->text();
    }
};

}

TEST_CASE("the Runs page exports a run's report as the file's ending says")
{
    Exporting bench;
    bench.train(little);
    RunsPage page(*bench.workbench);
    page.resize(960, 664);
    page.show();
    page.inspectorPanel()->resize(208, 900);
    page.inspectorPanel()->show();
    REQUIRE(spinUntil([&] { return page.table().rowCount() == 1; }));
    auto* part = page.inspectorPanel()->findChild<ReportExport*>();
    REQUIRE(part);
    auto* open = part->findChild<QPushButton*>(QStringLiteral("openReport"));
    REQUIRE(spinUntil([&] { return part->findChild<QPushButton*>(QStringLiteral("exportReport"))->isEnabled(); }));
    CHECK_FALSE(open->isVisible());
    CHECK(bench.exported(*part, bench.file("r.html")) == "Written: r.html");
    CHECK(open->isVisible());
    const std::string html = textOf(bench.file("r.html"));
    CHECK(html.starts_with("<!doctype html>"));
    CHECK(html.find("little-0001") != html.npos);
    CHECK(bench.exported(*part, bench.file("r.pdf")) == "Written: r.pdf");
    CHECK(textOf(bench.file("r.pdf")).starts_with("%PDF-"));
    // What cannot be is told in place.
    CHECK(bench.exported(*part, bench.file("r.txt")).contains("Let it end in .html or .pdf"));
    CHECK_FALSE(QFileInfo::exists(bench.file("r.txt")));
    CHECK(bench.troubles.empty());
}

TEST_CASE("the Debug page exports the report of the run in front, once there is one")
{
    Exporting bench;
    DebugPage page(*bench.workbench);
    page.resize(1100, 700);
    page.show();
    auto* button = page.report()->findChild<QPushButton*>(QStringLiteral("exportReport"));
    CHECK_FALSE(button->isEnabled());
    bench.train(little);
    REQUIRE(spinUntil([&] { return button->isEnabled(); }));
    CHECK(bench.exported(*page.report(), bench.file("d.html")) == "Written: d.html");
    CHECK(textOf(bench.file("d.html")).find("Trained to its end") != std::string::npos);
}

TEST_CASE("a PDF has its text as text, its charts as curves, and as many pages as it needs")
{
    tests::application();
    const tests::TempFolder folder;
    const QString file = QString::fromStdString((folder.path() / "d.pdf").string());
    core::report::Document document{"A run", "begun"};
    core::report::Section section{"s", "Section"};
    core::report::Table table{{{"name"}, {"value", true}}};
    for (int i = 0; i < 200; ++i)
        table.rows.push_back({{"row " + std::to_string(i)}, {std::to_string(i)}});
    section.blocks.push_back(core::report::Paragraph{"One sentence."});
    section.blocks.push_back(
        core::report::Charts{{{"loss", "step", "", core::report::Curves{{{"a", {0, 1}, {1, 2}}}}}}});
    section.blocks.push_back(table);
    document.sections.push_back(section);
    REQUIRE(ui::print::writeReportPdf(document, file));
    const std::string pdf = textOf(file);
    CHECK(pdf.find("/ToUnicode") != pdf.npos);
    CHECK(pdf.find("/Subtype /Image") == pdf.npos);
    const auto at = pdf.find("/Count ");
    REQUIRE(at != pdf.npos);
    const int pages = std::atoi(pdf.c_str() + at + 7);
    CHECK(pages >= 4);
    CHECK(pages <= 8);
    // A table that stands folded on a page comes at the end.
    document.sections[0].blocks = {table};
    std::get<core::report::Table>(document.sections[0].blocks[0]).fold = "All rows";
    REQUIRE(ui::print::writeReportPdf(document, file));
    CHECK(textOf(file) != pdf);
    CHECK_FALSE(ui::print::writeReportPdf(document, file + "/no/d.pdf"));
}

TEST_CASE("the window's program takes a report's file, and says what is wrong with it")
{
    tests::Bench bench;
    const QString folder = bench.train(little);
    const auto launched = ui::shell::parseLaunch({folder, "--report", "r.pdf", "--quick"});
    REQUIRE(launched);
    CHECK(launched->report == "r.pdf");
    CHECK(launched->quick);
    const auto error = [](const QStringList& arguments) {
        const auto parsed = ui::shell::parseLaunch(arguments);
        return parsed ? std::string() : core::base::describe(parsed.error());
    };
    CHECK(error({folder, "--report", "r.txt"}).find(".html or .pdf") != std::string::npos);
    CHECK(error({"--report", "r.pdf"}).find("needs a run") != std::string::npos);
    CHECK(error({folder, "--quick"}).find("Add --report") != std::string::npos);
}

}
