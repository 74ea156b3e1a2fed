// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/window.h"

#include "core/base/json.h"
#include "ui/bridge/workbench.h"

#include <catch2/catch.hpp>

namespace tests {

/// Twenty points and a network that learns them by heart within a second: the lowest validation loss comes early.
constexpr const char* quickOverfit = R"({"name": "tiny",
    "data": {"source": {"kind": "two-moons", "noise": 0.5, "seed": 3}, "rows": 60},
    "split": {"kind": "stratified", "train": 0.4, "validation": 0.6, "test": 0},
    "model": {"kind": "mlp", "hidden": [64, 64], "activation": "relu"},
    "train": {"epochs": 60, "batch_size": 8, "optimizer": {"kind": "sgd", "lr": 0.1, "momentum": 0.9}, "threads": 1, "seed": 1}})";

/// A workbench over a folder of its own.
struct Bench {
    TempFolder runs;
    std::unique_ptr<ui::bridge::Workbench> workbench;
    std::vector<core::base::Error> troubles;

    Bench()
    {
        application();
        workbench = std::make_unique<ui::bridge::Workbench>(QString::fromStdString(runs.path().string()));
        QObject::connect(workbench.get(), &ui::bridge::Workbench::trouble,
                         [this](const core::base::Error& error) { troubles.push_back(error); });
    }
    ~Bench()
    {
        workbench->stop();
        workbench->waitForEnd();
    }

    void open(const char* experiment) { workbench->document().open(*core::base::parseJson(experiment)); }
    bool ended()
    {
        return spinUntil(
            [this] {
                return workbench->front() && workbench->front()->finished() && !workbench->training() &&
                       workbench->waiting() == 0;
            },
            60);
    }
    /// Trains to the end; the run's folder.
    QString train(const char* experiment)
    {
        open(experiment);
        workbench->train();
        REQUIRE(ended());
        return workbench->front()->folder();
    }
};

}
