// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"

#include "core/base/json.h"
#include "core/base/rng.h"
#include "core/session/inspect.h"
#include "core/session/session.h"
#include "core/session/tuning.h"
#include "core/spec/experiment.h"
#include "core/store/recorder.h"
#include "core/tune/study.h"
#include "tests/support/temp_folder.h"
#include "ui/pages/data_page.h"
#include "ui/shell/main_window.h"
#include "ui/shell/pages.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QTimer>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>

namespace bench {

namespace {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Object;
using core::base::Result;
using core::base::Status;
using core::base::Value;
namespace events = core::events;
namespace store = core::store;
namespace tune = core::tune;

// What a window may have in front of it after a year.
constexpr std::int64_t longSteps = 1'000'000, manyRuns = 1000, manyTrials = 1000;

constexpr const char* tiny = R"({"name": "many", "data": {"source": "two-moons", "rows": 60},
    "model": {"kind": "mlp", "hidden": [8]}, "train": {"epochs": 5, "threads": 1}})";

Status recordLongRun(const std::filesystem::path& runs, const Value& spec)
{
    CORE_TRY(run, store::RunFolder::create(runs, "long", spec));
    CORE_TRY(recorder, store::Recorder::open(run));
    events::RunOpened opened;
    opened.id = run.id();
    opened.folder = run.path().string();
    opened.spec = spec;
    opened.groups = {{"train/loss", "train/lr", "train/grad_norm", "train/accuracy"}, {"validation/loss"}};
    opened.stepsPerEpoch = 1000;
    opened.totalSteps = longSteps;
    recorder->onEvent(opened);
    const core::base::Draw draw(1, "window");
    for (std::int64_t step = 0; step < longSteps; ++step) {
        const auto i = std::uint64_t(step);
        const double time = 1.7e9 + 1e-4 * double(step);
        const double loss = std::exp(-3 * double(step) / double(longSteps)) * (1 + 0.2 * draw.uniform(3 * i));
        recorder->onScalars({step, time, 0, 4, {loss, 0.001, 0.5 + draw.uniform(3 * i + 1), draw.uniform(3 * i + 2)}});
        if (step % 1000 == 999)
            recorder->onScalars({step + 1, time, 1, 1, {1.1 * loss}});
    }
    events::RunFinished end;
    end.state = events::RunState::Completed;
    end.steps = longSteps;
    recorder->onEvent(events::StateChanged{end.state, end.steps, {}});
    recorder->onEvent(end);
    return recorder->finish();
}

Status copyRuns(const std::filesystem::path& runs, const Value& spec)
{
    CORE_TRY(session, core::session::Session::create(spec, {runs, "cpu", false, true}));
    session->start();
    session->wait();
    const std::filesystem::path first = session->folder();
    session.reset();
    std::error_code failed;
    std::filesystem::remove_all(first / "checkpoints", failed);
    for (std::int64_t i = 2; i <= manyRuns && !failed; ++i)
        std::filesystem::copy(first, runs / ("many-" + std::to_string(10000 + i)),
                              std::filesystem::copy_options::recursive, failed);
    return failed ? Status(Error{ErrorKind::Resource, failed.message(), runs.string(), {}}) : Status();
}

Result<std::string> fillStudy(const std::filesystem::path& runs)
{
    const auto tree = core::base::parseJson(
        R"({"max_jobs": 2000, "objective": {"metric": "validation/loss", "goal": "minimize"},
            "parameters": [{"path": "train.optimizer.lr", "min": 1e-5, "max": 0.1, "scale": "log"},
                           {"path": "train.batch_size", "min": 4, "max": 256},
                           {"path": "model.dropout", "min": 0.0, "max": 0.9},
                           {"path": "model.activation", "values": ["relu", "tanh", "gelu"]}]})");
    CORE_TRY(spec, tune::readTuning(*tree));
    const core::session::StudySubject subject{Object{{"name", "many"}, {"tuning", tune::tuningFields().write(spec)}},
                                              std::filesystem::current_path()};
    CORE_TRY(folder, core::session::createStudy(subject, spec, runs));
    CORE_TRY(study, tune::Study::open(folder.journal()));
    const core::base::Draw draw(2, "window");
    for (std::int64_t number = 0; number < manyTrials; ++number) {
        const auto i = std::uint64_t(number) * 8;
        const double rate = std::pow(10, -5 + 4 * draw.uniform(i));
        tune::Trial trial;
        trial.state = tune::TrialState::Completed;
        trial.parameters =
            Object{{"train.optimizer.lr", rate},
                   {"train.batch_size", 4 + std::int64_t(draw.below(i + 1, 253))},
                   {"model.dropout", 0.9 * draw.uniform(i + 2)},
                   {"model.activation", std::vector<const char*>{"relu", "tanh", "gelu"}[draw.below(i + 3, 3)]}};
        const double best = std::abs(std::log10(rate) + 2.5) + 0.2 * draw.uniform(i + 4);
        for (std::int64_t step = 1; step <= 30; ++step)
            trial.reports.push_back({step, best + 2.0 / double(step)});
        trial.values = {best};
        trial.started = 1.7e9 + double(number);
        trial.ended = trial.started + 0.9;
        CORE_CHECK(study.import(std::move(trial)));
    }
    return folder.path.string();
}

/// Lives in the window's thread and feels how long that is away: the longest gap between two ticks of a timer.
class Pulse {
public:
    Pulse()
    {
        QObject::connect(&m_timer, &QTimer::timeout, [this] { beat(); });
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.start(tickMs);
    }

    /// Milliseconds that `act` and what follows from it held up the window, at the longest, until it has been at rest
    /// for a while.
    double longest(const std::function<void()>& act)
    {
        m_longest = 0;
        m_since.start();
        m_last = core::base::steadySeconds();
        QTimer::singleShot(0, qApp, act);
        QElapsedTimer all;
        all.start();
        while (m_since.elapsed() < restMs && all.elapsed() < mostMs)
            QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
        beat();
        return m_longest;
    }

private:
    static constexpr int tickMs = 2, restMs = 1500, mostMs = 60'000;
    QTimer m_timer;
    QElapsedTimer m_since; ///< the last hold-up
    double m_last = 0, m_longest = 0;

    void beat()
    {
        const double now = core::base::steadySeconds(), gap = 1e3 * (now - m_last) - tickMs;
        m_last = now;
        m_longest = std::max(m_longest, gap);
        if (gap > 10)
            m_since.start();
    }
};

}

Result<Object> window()
{
    static int argc = 1;
    static char name[] = "descent-bench";
    static char* argv[] = {name, nullptr};
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    const tests::TempFolder folder;
    const std::filesystem::path runs = folder.path();
    const auto checked = core::spec::resolve(*core::base::parseJson(tiny), {core::session::catalog()});
    CORE_CHECK(copyRuns(runs, checked.value));
    CORE_CHECK(recordLongRun(runs, checked.value));
    CORE_TRY(study, fillStudy(runs));

    Object figures;
    Pulse pulse;
    std::unique_ptr<ui::shell::MainWindow> window;
    const auto feel = [&](const std::string& what, const std::function<void()>& act) {
        figures.set(what + "_ms", std::round(10 * pulse.longest(act)) / 10);
    };
    feel("window", [&] {
        window = std::make_unique<ui::shell::MainWindow>(
            ui::shell::WindowOptions{QString::fromStdString(runs.string()), false});
        window->resize(1280, 800);
        window->show();
    });
    feel("open_run", [&] { window->openPath(QStringLiteral("long-0001")); });
    for (const auto& page : ui::shell::pageEntries()) {
        feel(page.name.toStdString() + "_first", [&] { window->showPage(page.name); });
        feel(page.name.toStdString() + "_again", [&] {
            window->showPage(QStringLiteral("start"));
            window->showPage(page.name);
        });
    }
    for (const char* part :
         {"learn/experiments", "learn/problems", "learn/failures", "debug/bench", "debug/profiler", "debug/ranks"})
        feel(part, [&] {
            const QString all = QString::fromLatin1(part);
            window->showPage(all.section('/', 0, 0));
            window->pageWidget()->showSection(all.section('/', 1));
        });
    feel("study", [&] { window->openPath(QString::fromStdString(study)); });
    feel("rows", [&] {
        window->workbench().document().open(
            *core::base::parseJson(R"({"data": {"source": "two-moons", "rows": 1000000}})"));
        window->showPage(QStringLiteral("data"));
    });
    feel("rows_table",
         [&] { static_cast<ui::pages::DataPage*>(window->pageWidget())->setMiddle(QStringLiteral("rows")); });
    feel("theme", [&] { window->setScheme(ui::style::Scheme::Dark); });
    window.reset();
    return figures;
}

}
