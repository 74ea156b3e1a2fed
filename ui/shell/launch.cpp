// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/launch.h"

#include "core/store/run_folder.h"
#include "ui/bridge/report_desk.h"
#include "ui/bridge/study_desk.h"
#include "ui/pages/tune_page.h"
#include "ui/shell/main_window.h"
#include "ui/shell/notice_bar.h"
#include "ui/shell/opener.h"
#include "ui/shell/pages.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QCursor>
#include <QFileInfo>
#include <QTimer>

#include <cmath>
#include <cstdio>

namespace ui::shell {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Result;

namespace {

constexpr int resourceExit = 5;

Error usage(const QString& where, const QString& message, const QString& advice)
{
    return {ErrorKind::Usage, message.toStdString(), where.toStdString(), advice.toStdString()};
}

void addOptions(QCommandLineParser& parser)
{
    parser.addOptions({
        {QStringLiteral("start"), QStringLiteral("Train at once.")},
        {QStringLiteral("page"),
         QStringLiteral("Begin on this page: %1; learn/experiments, learn/problems, learn/failures, debug/bench, "
                        "debug/profiler and debug/ranks are parts of one.")
             .arg(pageNames().join(QStringLiteral(", "))),
         QStringLiteral("NAME")},
        {QStringLiteral("theme"), QStringLiteral("light, dark or system."), QStringLiteral("THEME")},
        {QStringLiteral("size"), QStringLiteral("Size of the window, such as 1280x800."), QStringLiteral("WxH")},
        {QStringLiteral("presenter"), QStringLiteral("Large type and only the page, for a class (F11 ends it).")},
        {QStringLiteral("screenshot"), QStringLiteral("Save the window as a PNG and end."), QStringLiteral("PNG")},
        {QStringLiteral("after"), QStringLiteral("Seconds to wait before the screenshot (1)."),
         QStringLiteral("SECONDS")},
        {QStringLiteral("runs"), QStringLiteral("Folder of the runs (default: $DESCENT_RUNS, else the data folder)."),
         QStringLiteral("DIR")},
        {QStringLiteral("report"),
         QStringLiteral("Write the report of RUN into a file that ends in .html or .pdf, and end."),
         QStringLiteral("FILE")},
        {QStringLiteral("at"), QStringLiteral("With --report: the weights that are evaluated: last, best or a step."),
         QStringLiteral("STEP")},
        {QStringLiteral("quick"), QStringLiteral("With --report: only what was recorded.")},
        {QStringLiteral("device"), QStringLiteral("auto, cpu, cuda or cuda:N."), QStringLiteral("DEVICE")},
        {QStringLiteral("help"), QStringLiteral("Show this text.")},
        {QStringLiteral("version"), QStringLiteral("Show the version.")},
    });
    parser.addPositionalArgument(QStringLiteral("what"),
                                 QStringLiteral("An experiment (*.experiment.json), a run's folder or id, or data."),
                                 QStringLiteral("[EXPERIMENT | RUN | STUDY]"));
    parser.setApplicationDescription(QStringLiteral("Descent, a workbench for training models."));
}

Result<QSize> sizeOf(const QString& text)
{
    const QStringList parts = text.split(QLatin1Char('x'), Qt::KeepEmptyParts, Qt::CaseInsensitive);
    bool wide = false, high = false;
    const QSize size(parts.value(0).toInt(&wide), parts.value(1).toInt(&high));
    if (parts.size() != 2 || !wide || !high || size.width() < 320 || size.height() < 240 || size.width() > 16384 ||
        size.height() > 16384)
        return usage(QStringLiteral("--size"), QStringLiteral("\"%1\" is no size").arg(text),
                     QStringLiteral("Write it as 1280x800, from 320x240 to 16384x16384"));
    return size;
}

Result<style::Scheme> schemeOf(const QString& text)
{
    if (text == QLatin1String("light"))
        return style::Scheme::Light;
    if (text == QLatin1String("dark"))
        return style::Scheme::Dark;
    if (text == QLatin1String("system"))
        return style::Scheme::System;
    return usage(QStringLiteral("--theme"), QStringLiteral("\"%1\" is no theme").arg(text),
                 QStringLiteral("Known: light, dark, system"));
}

core::base::Status readValues(const QCommandLineParser& parser, LaunchOptions& options)
{
    if (parser.isSet(QStringLiteral("page"))) {
        options.page = parser.value(QStringLiteral("page")).toLower();
        if (!pageNames().contains(options.page.section(QLatin1Char('/'), 0, 0)))
            return usage(QStringLiteral("--page"), QStringLiteral("\"%1\" is no page").arg(options.page),
                         QStringLiteral("Known: ") + pageNames().join(QStringLiteral(", ")));
    }
    if (parser.isSet(QStringLiteral("theme"))) {
        CORE_TRY(scheme, schemeOf(parser.value(QStringLiteral("theme"))));
        options.theme = scheme;
    }
    if (parser.isSet(QStringLiteral("size"))) {
        CORE_TRY(size, sizeOf(parser.value(QStringLiteral("size"))));
        options.size = size;
    }
    if (parser.isSet(QStringLiteral("after"))) {
        bool number = false;
        options.after = parser.value(QStringLiteral("after")).toDouble(&number);
        if (!number || !(options.after >= 0) || options.after > 86400)
            return usage(QStringLiteral("--after"),
                         QStringLiteral("\"%1\" is no number of seconds").arg(parser.value(QStringLiteral("after"))),
                         QStringLiteral("Write it as 2.5"));
        if (!parser.isSet(QStringLiteral("screenshot")))
            return usage(QStringLiteral("--after"),
                         QStringLiteral("says when to take a screenshot, and none is asked for"),
                         QStringLiteral("Add --screenshot FILE.png"));
    }
    return {};
}

}

namespace {

core::base::Status readReport(const QCommandLineParser& parser, LaunchOptions& options)
{
    options.report = parser.value(QStringLiteral("report"));
    options.at = parser.value(QStringLiteral("at"));
    options.quick = parser.isSet(QStringLiteral("quick"));
    if (!parser.isSet(QStringLiteral("report"))) {
        if (options.quick || !options.at.isEmpty())
            return usage(options.quick ? QStringLiteral("--quick") : QStringLiteral("--at"),
                         QStringLiteral("is of a report, and none is asked for"),
                         QStringLiteral("Add --report FILE.pdf"));
        return {};
    }
    if (parser.positionalArguments().isEmpty())
        return usage(QStringLiteral("--report"), QStringLiteral("needs a run"),
                     QStringLiteral("Name its folder or its id"));
    return bridge::checkReportFile(options.report);
}

}

QString launchHelp()
{
    QCommandLineParser parser;
    addOptions(parser);
    // Without an application, which there is none of before the options are read, the parser knows no name.
    return parser.helpText().replace(QStringLiteral("<executable_name>"), QStringLiteral("descent"));
}

Result<LaunchOptions> parseLaunch(const QStringList& arguments)
{
    QCommandLineParser parser;
    addOptions(parser);
    if (!parser.parse(QStringList(QStringLiteral("descent")) + arguments))
        return usage(QStringLiteral("descent"), parser.errorText(),
                     QStringLiteral("descent --help lists what there is"));
    LaunchOptions options;
    options.help = parser.isSet(QStringLiteral("help"));
    options.version = parser.isSet(QStringLiteral("version"));
    options.start = parser.isSet(QStringLiteral("start"));
    options.presenter = parser.isSet(QStringLiteral("presenter"));
    options.screenshot = parser.value(QStringLiteral("screenshot"));
    options.runs = parser.value(QStringLiteral("runs"));
    options.device = parser.value(QStringLiteral("device"));
    if (parser.positionalArguments().size() > 1)
        return usage(parser.positionalArguments().at(1), QStringLiteral("is one thing too many to open"),
                     QStringLiteral("Give one experiment, run or file of data"));
    if (!parser.positionalArguments().isEmpty())
        options.what = parser.positionalArguments().front();
    if (parser.isSet(QStringLiteral("screenshot")) && options.screenshot.isEmpty())
        return usage(QStringLiteral("--screenshot"), QStringLiteral("needs a file"),
                     QStringLiteral("Write --screenshot window.png"));
    CORE_CHECK(readReport(parser, options));
    CORE_CHECK(readValues(parser, options));
    const QString runs = options.runs.isEmpty() ? QString::fromStdString(core::store::defaultRuns().string())
                                                : QFileInfo(options.runs).absoluteFilePath();
    options.runs = runs;
    if (!options.what.isEmpty())
        CORE_CHECK([&]() -> core::base::Status {
            CORE_TRY(kind, kindOf(options.what, runs));
            (void)kind;
            return {};
        }());
    return options;
}

namespace {

// Saves the window, ends what is going so that it can be resumed, and then the program.
void takeScreenshot(MainWindow& window, const QString& file)
{
    const bool saved = window.grab().save(file);
    if (!saved)
        std::fprintf(
            stderr,
            "descent: %s: the screenshot could not be written. Choose a folder that exists and can be written to\n",
            qPrintable(file));
    auto& bench = window.workbench();
    const auto leave = [&bench, saved] {
        if (!bench.training())
            QApplication::exit(saved ? 0 : resourceExit);
    };
    QObject::connect(&bench, &bridge::Workbench::stateChanged, &window, leave, Qt::QueuedConnection);
    bench.stop();
    leave();
}

// A run that was interrupted goes on, and so does a study; of any other its experiment is trained anew.
void startTraining(MainWindow& window, const LaunchOptions& options)
{
    auto& bench = window.workbench();
    const auto kind =
        options.what.isEmpty() ? Result<OpenedAs>(OpenedAs::Experiment) : kindOf(options.what, options.runs);
    if (auto* tune = kind && *kind == OpenedAs::Study ? window.findChild<pages::TunePage*>() : nullptr) {
        QTimer::singleShot(0, tune, [tune] { tune->desk().proceed(); });
        return;
    }
    if (options.page.isEmpty())
        window.showPage(QStringLiteral("train"));
    if (!kind || *kind != OpenedAs::Run) {
        // After the first picture: a training that starts is seen to start.
        QTimer::singleShot(0, &window, [&bench] { bench.train(); });
        return;
    }
    QObject::connect(
        &bench, &bridge::Workbench::frontChanged, &window,
        [&bench] {
            const models::RunModel* run = bench.front();
            using core::events::RunState;
            if (run && (run->state() == RunState::Interrupted || run->state() == RunState::Stopped))
                bench.resumeRun(run->folder());
            else
                bench.train();
        },
        Qt::ConnectionType(Qt::QueuedConnection | Qt::SingleShotConnection));
}

}

namespace {

int writeReport(const LaunchOptions& options)
{
    core::session::ReportWish wish;
    wish.quick = options.quick;
    if (!options.at.isEmpty())
        wish.at = options.at.toStdString();
    const auto written = bridge::writeReport(options.what, options.runs, options.report, wish);
    if (written)
        return 0;
    std::fprintf(stderr, "descent: %s\n", core::base::describe(written.error()).c_str());
    return core::base::exitCode(written.error().kind);
}

}

int launch(const LaunchOptions& options)
{
    if (!options.report.isEmpty())
        return writeReport(options);
    // A platform without a screen keeps its pointer in a corner, and would light what is there.
    if (QGuiApplication::platformName() == QLatin1String("offscreen"))
        QCursor::setPos(-100, -100);
    QApplication::setWindowIcon(style::icon(QStringLiteral("train")));
    MainWindow window({options.runs, options.screenshot.isEmpty()});
    auto& bench = window.workbench();
    if (!options.device.isEmpty())
        bench.setDevice(options.device);
    if (options.theme)
        window.setScheme(*options.theme);
    if (options.size.isValid()) {
        window.setMinimumSize(QSize(320, 240).boundedTo(window.minimumSize()));
        window.resize(options.size);
    }
    bool opened = true;
    if (!options.what.isEmpty())
        opened = window.openPath(options.what);
    if (!options.page.isEmpty()) {
        const QString page = options.page.section(QLatin1Char('/'), 0, 0),
                      part = options.page.section(QLatin1Char('/'), 1);
        window.showPage(page);
        if (!part.isEmpty() && !window.pageWidget()->showSection(part)) {
            const core::base::Error error = usage(
                QStringLiteral("--page"), QStringLiteral("the page %1 has no part \"%2\"").arg(page, part),
                QStringLiteral("Leave the part out (--page %1), or name one that the page's tabs show").arg(page));
            std::fprintf(stderr, "descent: %s\n", core::base::describe(error).c_str());
            return core::base::exitCode(error.kind);
        }
    }
    window.show();
    if (options.presenter)
        window.setPresenter(true, !options.size.isValid());
    if (options.start && opened)
        startTraining(window, options);
    if (!options.screenshot.isEmpty())
        QTimer::singleShot(int(std::lround(options.after * 1000)), Qt::PreciseTimer, &window,
                           [&] { takeScreenshot(window, options.screenshot); });
    return QApplication::exec();
}

}
