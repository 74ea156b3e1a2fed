// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/jobbed.h"

#include "ui/forms/schema_form.h"
#include "ui/pages/certificate_dialog.h"
#include "ui/pages/job_graph.h"
#include "ui/pages/job_ledger.h"
#include "ui/pages/job_log.h"
#include "ui/pages/job_prices.h"
#include "ui/pages/jobs_view.h"
#include "ui/plots/response_plot.h"
#include "ui/shell/main_window.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QTableWidget>

namespace tests::jobs_page_test {

using namespace ui::pages;
using core::base::Array;
using core::base::Object;
using core::jobs::JobState;
using tests::Jobbed;
using tests::spinUntil;

TEST_CASE("the experiment in front becomes a job, is killed at a step, goes on, and its page tells all of it")
{
    Jobbed jobs(tests::jobMoons, {{"job", Object{{"instance", "ml.m5.large"},
                                                 {"spot", true},
                                                 {"notify", nullptr},
                                                 {"interruption", Object{{"kind", "step"}, {"steps", Array{25}}}}}}});
    REQUIRE(jobs.button("jobSubmit")->isEnabled());
    const QString id = jobs.submit();
    REQUIRE(jobs.comesTo(id, JobState::Completed));
    // States, with the way lit.
    JobGraph& graph = *jobs.page->graph();
    CHECK(graph.visits(JobState::Training) == 2);
    CHECK(graph.visits(JobState::Interrupted) == 1);
    CHECK(graph.walked(JobState::Interrupted, JobState::Restarting));
    CHECK_FALSE(graph.walked(JobState::Training, JobState::Stopping));
    auto* transitions = jobs.page->findChild<QTableWidget*>("jobTransitions");
    CHECK(transitions->rowCount() == int(jobs.desk().row(id)->job.changes.size()));
    CHECK(transitions->item(transitions->rowCount() - 1, 1)->text() == "Completed");
    // Ledger.
    jobs.click("jobLedger");
    JobLedger& ledger = *jobs.page->ledger();
    REQUIRE(ledger.isVisible());
    REQUIRE(spinUntil([&] { return ledger.fact("interruptions") == "1" && !ledger.advice().isEmpty(); }));
    CHECK(ledger.fact("launches") == "2");
    CHECK(ledger.fact("saving_percent").startsWith("65"));
    CHECK(ledger.fact("cost").contains("USD"));
    REQUIRE(ledger.plot()->isVisible());
    CHECK(ledger.plot()->spec().choices.size() == 2);
    CHECK(ledger.plot()->spec().curve.size() > 10);
    CHECK(ledger.advice().contains("ml."));
    // That nothing was lost.
    jobs.click("jobProve");
    REQUIRE(spinUntil([&] { return jobs.page->certificate()->isVisible(); }, 60));
    CHECK(jobs.page->certificate()->shown()->identical);
    jobs.page->certificate()->close();
    // Its run.
    jobs.click("jobOpen");
    REQUIRE(spinUntil([&] { return jobs.workbench->front() != nullptr; }));
    CHECK(jobs.workbench->front()->folder().toStdString() == jobs.desk().row(id)->job.run);
    CHECK(jobs.troubles.empty());
}

TEST_CASE("a script as a job: its log is searched and grows into a run while it goes; it is interrupted, and stopped")
{
    Jobbed jobs(R"~({"name": "counting", "job": {
        "command": "n=0; while [ $n -lt 5 ]; do echo \"step $n: loss 0.$n\"; n=$((n+1)); done; exec sleep 600",
        "notify": 30, "interruption": {"kind": "rate", "per_hour": 0.001, "wait_s": 0.1},
        "metric_definitions": [{"name": "step", "regex": "step ([0-9]+)"},
                               {"name": "train/loss", "regex": "loss ([0-9.]+)"}]}})~");
    const QString id = jobs.submit();
    REQUIRE(jobs.comesTo(id, JobState::Training));
    // A run that goes: opened, it is followed.
    REQUIRE(spinUntil([&] { return jobs.button("jobOpen")->isVisible(); }));
    jobs.click("jobOpen");
    REQUIRE(spinUntil([&] {
        const auto* run = jobs.workbench->front();
        return run && run->series("train/loss") && run->series("train/loss")->size() == 5;
    }));
    CHECK_FALSE(jobs.workbench->front()->finished());
    jobs.click("jobLogTab");
    JobLog& log = *jobs.page->log();
    REQUIRE(spinUntil([&] { return log.text()->toPlainText().contains("step 4"); }));
    QTest::keyClicks(log.search(), "STEP 3");
    CHECK(log.text()->toPlainText() == "step 3: loss 0.3");
    jobs.click("jobInterrupt");
    REQUIRE(spinUntil([&] { return jobs.page->graph()->visits(JobState::Training) == 2; }));
    CHECK(jobs.page->graph()->visits(JobState::Interrupted) == 1);
    jobs.click("jobStop");
    REQUIRE(jobs.comesTo(id, JobState::Stopped));
    CHECK(spinUntil([&] { return jobs.workbench->front()->finished().has_value(); }));
    // Once more.
    REQUIRE(spinUntil([&] { return jobs.button("jobRequeue")->isVisible(); }));
    jobs.click("jobRequeue");
    REQUIRE(spinUntil([&] { return jobs.desk().rows()->size() == 2; }));
    CHECK(jobs.troubles.empty());
}

TEST_CASE("jobs wait in the order of their priorities, which buttons change; the queue is held and goes on")
{
    Jobbed jobs(R"({"name": "waits", "job": {"command": "exec sleep 600", "notify": null}})");
    const QString first = jobs.submit();
    REQUIRE(jobs.comesTo(first, JobState::Training));
    const QString second = jobs.submit(), third = jobs.submit();
    const auto place = [&](const QString& id) {
        const auto& rows = *jobs.desk().rows();
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (rows[i].job.id == id.toStdString())
                return int(i);
        return -1;
    };
    CHECK(place(first) == 0);
    CHECK(place(second) == 1);
    CHECK(place(third) == 2);
    REQUIRE(spinUntil([&] { return jobs.button("jobUp")->isVisible(); }));
    jobs.click("jobUp"); // the third is chosen
    REQUIRE(spinUntil([&] { return place(third) == 1; }));
    CHECK(jobs.desk().chosen() == third);
    // A click on a row chooses it.
    QTableView* table = jobs.page->table();
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                      table->visualRect(table->model()->index(place(first), 0)).center());
    CHECK(jobs.desk().chosen() == first);
    REQUIRE(jobs.button("jobStart")->text().startsWith("Hold"));
    jobs.click("jobStart");
    REQUIRE(spinUntil([&] { return jobs.state(first) == JobState::Interrupted && !jobs.desk().working(); }));
    jobs.click("jobStart");
    REQUIRE(spinUntil([&] { return jobs.state(third) == JobState::Training; })); // it has the highest priority
    CHECK(jobs.troubles.empty());
}

namespace {

// Jobs of the same priority, none of which is worked on, as the table of a page shows them.
struct WaitingJobs {
    Jobbed jobs;
    QStringList ids;

    explicit WaitingJobs(int count)
    {
        const core::jobs::JobQueue queue(jobs.workbench->runsFolder().toStdString());
        for (int i = 0; i < count; ++i) {
            const auto made = queue.submit("w", Object{{"job", Object{{"command", "true"}}}}, 0);
            REQUIRE(made);
            ids << QString::fromStdString(made->id);
        }
        jobs.desk().look();
        REQUIRE(spinUntil([&] { return int(jobs.desk().rows()->size()) == count; }));
    }
    QTableView* table() { return jobs.page->table(); }
    QPoint middle(int row) { return table()->visualRect(table()->model()->index(row, 0)).center(); }
    void drag(int from, QPoint to)
    {
        QTest::mousePress(table()->viewport(), Qt::LeftButton, {}, middle(from));
        QTest::mouseMove(table()->viewport(), (middle(from) + to) / 2);
        QTest::mouseMove(table()->viewport(), to);
    }
    void drop(QPoint to) { QTest::mouseRelease(table()->viewport(), Qt::LeftButton, {}, to); }
    // As numbers of the order in which they were submitted.
    QString shown()
    {
        QString order;
        for (int row = 0; row < table()->model()->rowCount(); ++row)
            order += QString::number(ids.indexOf(table()->model()->index(row, 0).data().toString()));
        return order;
    }
    // The order in which they would be worked off now, by whoever comes.
    QString kept()
    {
        auto all = core::jobs::JobQueue(jobs.workbench->runsFolder().toStdString()).list();
        std::ranges::stable_sort(all, std::greater<>(), &core::jobs::Job::priority);
        QString order;
        for (const core::jobs::Job& job : all)
            order += QString::number(ids.indexOf(QString::fromStdString(job.id)));
        return order;
    }
    bool comesTo(const QString& order)
    {
        return spinUntil([&] { return shown() == order && kept() == order; });
    }
};

}

TEST_CASE("rows of the queue are dragged to another turn, which is kept")
{
    WaitingJobs waiting(4);
    auto* view = qobject_cast<JobsView*>(waiting.table());
    REQUIRE(view);
    CHECK(waiting.shown() == "0123");
    waiting.drag(3, waiting.middle(1) - QPoint(0, 4)); // into the upper half of the second
    CHECK(view->gap() == 1);
    waiting.drop(waiting.middle(1) - QPoint(0, 4));
    CHECK(view->gap() == -1);
    CHECK(waiting.shown() == "0312");
    REQUIRE(waiting.comesTo("0312"));
    CHECK(waiting.jobs.desk().chosen() == waiting.ids[3]);
    // Behind the last one.
    const QPoint below = waiting.middle(3) + QPoint(0, 4);
    waiting.drag(0, below);
    waiting.drop(below);
    REQUIRE(waiting.comesTo("3120"));
    // A click is no drag, and Escape lets go.
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, waiting.middle(2));
    CHECK(waiting.jobs.desk().chosen() == waiting.ids[2]);
    waiting.drag(2, waiting.middle(0));
    CHECK(view->gap() >= 0);
    QTest::keyClick(view, Qt::Key_Escape);
    waiting.drop(waiting.middle(0));
    CHECK(waiting.shown() == "3120");
    CHECK(waiting.jobs.troubles.empty());
}

TEST_CASE("Alt+Up and Alt+Down give the chosen job another turn, however quickly they are pressed")
{
    WaitingJobs waiting(4);
    QTest::mouseClick(waiting.table()->viewport(), Qt::LeftButton, {}, waiting.middle(3));
    for (int i = 0; i < 2; ++i)
        QTest::keyClick(waiting.table(), Qt::Key_Up, Qt::AltModifier);
    CHECK(waiting.shown() == "0312");
    REQUIRE(waiting.comesTo("0312"));
    CHECK(waiting.jobs.desk().chosen() == waiting.ids[3]);
    for (int i = 0; i < 5; ++i) // not beyond the end
        QTest::keyClick(waiting.table(), Qt::Key_Down, Qt::AltModifier);
    REQUIRE(waiting.comesTo("0123"));
    CHECK(waiting.jobs.troubles.empty());
}

TEST_CASE(
    "an instance is chosen from the dated table, one that only infers is refused with its reason, and prices that "
    "are changed are the user's own")
{
    const tests::TempFolder own;
    qputenv("DESCENT_INSTANCES", QByteArray::fromStdString((own.path() / "mine.json").string()));
    Jobbed jobs;
    jobs.click("jobPricesTab");
    JobPrices& prices = *jobs.page->prices();
    REQUIRE(spinUntil([&] { return prices.rows().rowCount() > 10; }));
    CHECK(prices.note().contains(QString::fromStdString(prices.rows().table().date)));
    const auto rowOf = [&](const char* name) {
        for (int row = 0; row < prices.rows().rowCount(); ++row)
            if (prices.rows().instance(row)->name == name)
                return row;
        return -1;
    };
    prices.table()->selectRow(rowOf("ml.inf1.xlarge"));
    CHECK_FALSE(prices.use()->isEnabled());
    prices.table()->selectRow(rowOf("ml.g4dn.xlarge"));
    jobs.click("jobUseInstance");
    CHECK(jobs.workbench->document().given()["job"]["instance"].text() == "ml.g4dn.xlarge");
    const QModelIndex price = prices.table()->model()->index(rowOf("ml.g4dn.xlarge"), ui::models::PriceRows::Price);
    prices.table()->scrollTo(price);
    const QPoint at = prices.table()->visualRect(price).center();
    QTest::mouseClick(prices.table()->viewport(), Qt::LeftButton, {}, at);
    QTest::mouseDClick(prices.table()->viewport(), Qt::LeftButton, {}, at);
    auto* editor = prices.table()->viewport()->findChild<QLineEdit*>();
    REQUIRE(editor);
    editor->selectAll();
    QTest::keyClicks(editor, "7.25");
    QTest::keyClick(editor, Qt::Key_Return);
    REQUIRE(spinUntil([&] { return prices.rows().instance(rowOf("ml.g4dn.xlarge"))->pricePerHour == 7.25; }));
    CHECK(std::filesystem::exists(own.path() / "mine.json"));
    CHECK(spinUntil(
        [&] { return jobs.page->inspectorPanel()->findChild<QLabel*>("jobInstance")->text().contains("7.25"); }));
    // What is wrong with the part is told, and it cannot be submitted.
    jobs.workbench->document().set("job.instance", "ml.inf1.xlarge");
    CHECK(jobs.page->inspectorPanel()->findChild<QLabel*>("jobProblem")->text().contains("does not train"));
    CHECK_FALSE(jobs.button("jobSubmit")->isEnabled());
    qunsetenv("DESCENT_INSTANCES");
    CHECK(jobs.troubles.empty());
}

TEST_CASE("a window with a running job asks what becomes of it; held, the job waits for the next time")
{
    const tests::TempFolder runs;
    tests::application();
    ui::shell::MainWindow window({QString::fromStdString(runs.path().string()), false});
    window.workbench().document().open(
        Object{{"name", "waits"}, {"job", Object{{"command", "exec sleep 600"}, {"notify", nullptr}}}});
    window.show();
    window.showPage("jobs");
    auto* page = window.findChild<JobsPage*>();
    REQUIRE(page);
    const char* folder = std::getenv("DESCENT_BIN");
    page->desk().setProgram(std::filesystem::path(folder ? folder : DESCENT_BINARY_DIR "/bin") / "descent-cli");
    QTest::mouseClick(page->form()->findChild<QPushButton*>("jobSubmit"), Qt::LeftButton);
    REQUIRE(spinUntil([&] { return page->desk().anyWorked(); }));
    window.close();
    REQUIRE(window.closeQuestion());
    CHECK(window.isVisible());
    QTest::mouseClick(window.closeQuestion()->findChild<QPushButton*>("hold"), Qt::LeftButton);
    CHECK_FALSE(window.isVisible());
    CHECK(spinUntil([&] {
        const auto jobs = core::jobs::JobQueue(runs.path()).list();
        return jobs.size() == 1 && jobs[0].state() == JobState::Interrupted && !core::jobs::isWorkedOn(jobs[0].folder);
    }));
}

TEST_CASE("a job is shown that was asked for before any was read, and tabs keep their places")
{
    Jobbed jobs(R"({"name": "short", "job": {"command": "true"}})");
    const QString first = jobs.submit();
    REQUIRE(jobs.comesTo(first, JobState::Completed));
    const QString second = jobs.submit();
    REQUIRE(jobs.comesTo(second, JobState::Completed));
    REQUIRE(jobs.desk().chosen() == second);
    jobs.make();
    CHECK(jobs.page->showSection(first));
    REQUIRE(spinUntil([&] { return jobs.page->table()->currentIndex().isValid(); }));
    CHECK(jobs.desk().chosen() == first);
    CHECK(jobs.page->table()->currentIndex().row() == 1);
    CHECK_FALSE(jobs.page->showSection("short-job-0099"));
    const QPoint before = jobs.button("jobLedger")->pos();
    jobs.click("jobPricesTab");
    QApplication::processEvents();
    CHECK(jobs.button("jobLedger")->pos() == before);
}

TEST_CASE("what stands in an empty field of a job is not cut off")
{
    Jobbed jobs(tests::jobMoons);
    QWidget* side = jobs.page->inspectorPanel();
    side->resize(232, 900);
    QApplication::processEvents();
    int seen = 0;
    for (const QLineEdit* line : side->findChildren<QLineEdit*>())
        if (line->isVisible() && line->text().isEmpty() && !line->placeholderText().isEmpty()) {
            INFO(line->placeholderText().toStdString() << ", " << line->width());
            CHECK(line->fontMetrics().horizontalAdvance(line->placeholderText()) <= line->width() - 4);
            ++seen;
        }
    CHECK(seen >= 2); // instance and command
}

TEST_CASE("in front of a class the page of jobs grows with its letters: nothing lies over anything else")
{
    Jobbed jobs(R"({"name": "short", "job": {"command": "true"}})");
    jobs.page->resize(1280, 736);
    const QString id = jobs.submit();
    REQUIRE(jobs.comesTo(id, JobState::Completed));
    const auto fits = [&] {
        const double s = ui::style::theme().scale;
        JobGraph& graph = *jobs.page->graph();
        const double row = graph.placeOf(JobState::Restarting).y() - graph.placeOf(JobState::LaunchingMLInstances).y();
        auto* transitions = jobs.page->findChild<QTableWidget*>("jobTransitions");
        const int line = QFontMetrics(ui::style::theme().body()).height();
        INFO(s << ", " << row);
        CHECK(row >= 68 * s); // a name of two lines and its times
        CHECK(transitions->rowHeight(0) >= line + 2);
        auto* start = jobs.button("jobStart");
        CHECK(start->geometry().bottom() < start->parentWidget()->height());
        CHECK(start->height() >= start->sizeHint().height());
        constexpr int frame = 4;
        CHECK(jobs.page->table()->height() + frame >=
              jobs.page->table()->horizontalHeader()->height() + jobs.page->table()->rowHeight(0));
    };
    fits();
    const ui::style::Scheme scheme = ui::style::currentScheme();
    ui::style::setTheme(scheme, 1.6);
    QApplication::processEvents();
    fits();
    ui::style::setTheme(scheme, 1);
    QApplication::processEvents();
    fits();
}

}
