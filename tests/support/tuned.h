// SPDX-License-Identifier: GPL-3.0-or-later
// The Tune page over a small experiment, for tests with real clicks.
#pragma once

#include "tests/support/workbench.h"

#include "ui/bridge/study_desk.h"
#include "ui/models/trials_table.h"
#include "ui/pages/study_views.h"
#include "ui/pages/tune_page.h"

#include <QPushButton>
#include <QTableView>

#include <cstdlib>

namespace tests {

constexpr const char* tunedMoons = R"({"name": "moons", "data": {"source": "two-moons", "rows": 60},
    "model": {"kind": "mlp", "hidden": [8]},
    "train": {"epochs": 3, "threads": 1, "optimizer": {"kind": "adam", "lr": 0.01}},
    "tuning": {"strategy": "Random", "seed": 1, "max_jobs": 4, "max_parallel_jobs": 2,
               "objective": {"metric": "validation/loss", "goal": "minimize"},
               "parameters": [{"path": "train.optimizer.lr", "min": 1e-4, "max": 0.1, "scale": "log"},
                              {"path": "model.activation", "values": ["relu", "tanh"]}]}})";

struct Tuned : Bench {
    std::unique_ptr<ui::pages::TunePage> page;

    explicit Tuned(const char* experiment = tunedMoons,
                   const std::vector<std::pair<QString, core::base::Value>>& set = {})
    {
        open(experiment);
        for (const auto& [path, value] : set)
            workbench->document().set(path, value);
        make();
    }
    ~Tuned() { page.reset(); }
    void make()
    {
        page = std::make_unique<ui::pages::TunePage>(*workbench);
        const char* folder = std::getenv("DESCENT_BIN");
        page->desk().setProgram(std::filesystem::path(folder ? folder : DESCENT_BINARY_DIR "/bin") / "descent-cli");
        page->resize(960, 664);
        page->show();
        page->inspectorPanel()->setParent(nullptr);
        page->inspectorPanel()->resize(232, 752);
        page->inspectorPanel()->show();
    }
    QPushButton* button(const char* name)
    {
        auto* found = page->findChild<QPushButton*>(name);
        return found ? found : page->inspectorPanel()->findChild<QPushButton*>(name);
    }
    void click(const char* name)
    {
        INFO(name);
        REQUIRE(button(name)->isEnabled());
        QTest::mouseClick(button(name), Qt::LeftButton);
    }
    void start()
    {
        REQUIRE(spinUntil([&] { return button("tuneStart")->isEnabled(); }));
        click("tuneStart");
    }
    QModelIndex cell(qint64 trial, int column)
    {
        const QAbstractItemModel* model = page->views()->table()->model();
        for (int row = 0; row < model->rowCount(); ++row)
            if (model->index(row, ui::models::TrialsTable::Number).data() == QString::number(trial))
                return model->index(row, column);
        return {};
    }
    const core::tune::StudyState* study() { return page->desk().state().get(); }
    bool idle(double seconds = 120)
    {
        return spinUntil([&] { return !page->desk().going(); }, seconds);
    }
    void trainAll()
    {
        start();
        REQUIRE(idle());
        REQUIRE(study());
        REQUIRE(troubles.empty());
    }
};

}
