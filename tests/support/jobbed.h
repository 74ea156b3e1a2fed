// SPDX-License-Identifier: GPL-3.0-or-later
// The Jobs page over a small experiment, for tests with real clicks.
#pragma once

#include "tests/support/workbench.h"

#include "ui/bridge/job_desk.h"
#include "ui/pages/job_form.h"
#include "ui/pages/jobs_page.h"

#include <QPushButton>
#include <QTableView>

#include <cstdlib>

namespace tests {

constexpr const char* jobMoons = R"({"name": "moons", "data": {"source": "two-moons", "rows": 60},
    "model": {"kind": "mlp", "hidden": [8]},
    "train": {"epochs": 20, "batch_size": 16, "threads": 1, "checkpoint": {"every_steps": 10}}})";

struct Jobbed : Bench {
    std::unique_ptr<ui::pages::JobsPage> page;

    explicit Jobbed(const char* experiment = jobMoons,
                    const std::vector<std::pair<QString, core::base::Value>>& set = {})
    {
        open(experiment);
        for (const auto& [path, value] : set)
            workbench->document().set(path, value);
        make();
    }
    ~Jobbed()
    {
        desk().hold();
        page.reset();
    }
    void make()
    {
        page = std::make_unique<ui::pages::JobsPage>(*workbench);
        const char* folder = std::getenv("DESCENT_BIN");
        desk().setProgram(std::filesystem::path(folder ? folder : DESCENT_BINARY_DIR "/bin") / "descent-cli");
        page->resize(960, 664);
        page->show();
        page->inspectorPanel()->setParent(nullptr);
        page->inspectorPanel()->resize(232, 752);
        page->inspectorPanel()->show();
    }
    ui::bridge::JobDesk& desk() { return page->desk(); }
    QPushButton* button(const char* name)
    {
        auto* found = page->findChild<QPushButton*>(name);
        return found ? found : page->inspectorPanel()->findChild<QPushButton*>(name);
    }
    void click(const char* name)
    {
        INFO(name);
        REQUIRE(button(name));
        REQUIRE(button(name)->isEnabled());
        QTest::mouseClick(button(name), Qt::LeftButton);
    }
    /// Submits the document; the job's id.
    QString submit()
    {
        const std::size_t before = desk().rows()->size();
        click("jobSubmit");
        REQUIRE(spinUntil([&] { return desk().rows()->size() > before || !troubles.empty(); }));
        REQUIRE(troubles.empty());
        REQUIRE(spinUntil([&] { return desk().row(desk().chosen()) != nullptr; }));
        return desk().chosen();
    }
    core::jobs::JobState state(const QString& id)
    {
        const auto* row = desk().row(id);
        return row ? row->job.state() : core::jobs::JobState::Pending;
    }
    bool comesTo(const QString& id, core::jobs::JobState wanted, double seconds = 120)
    {
        return spinUntil(
                   [&] {
                       const auto* row = desk().row(id);
                       return row && (row->job.state() == wanted || isFinal(row->job.state()));
                   },
                   seconds) &&
               state(id) == wanted;
    }
};

}
