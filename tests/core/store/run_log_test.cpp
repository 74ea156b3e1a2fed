// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/run_log.h"

#include "core/base/files.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests::run_log_test {

using namespace core;
using namespace core::events;

TEST_CASE("run log: what happened, one line each; what curves and frames tell is left out")
{
    const double time = 1772366400;
    CHECK(store::logLine(BestChanged{"validation/accuracy", 0.91125, 1500, 3}, time) ==
          "2026-03-01T12:00:00Z step 1500: best validation/accuracy 0.91125\n");
    CHECK(store::logLine(Edited{20, "train.optimizer.lr", 0.1, 0.01}, time) ==
          "2026-03-01T12:00:00Z step 20: train.optimizer.lr 0.1 -> 0.01\n");
    CHECK(store::logLine(Finding{40, "VanishingGradient", "gradient/0.weight", 1e-9, 1e-7, -1, "mean 1e-9"}, time) ==
          "2026-03-01T12:00:00Z step 40: VanishingGradient at gradient/0.weight: mean 1e-9\n");
    CHECK(store::logLine(StateChanged{RunState::Paused, 7, "asked for"}, time) ==
          "2026-03-01T12:00:00Z step 7: paused: asked for\n");
    CHECK(store::logLine(Progress{3, 0, 1, 1, 1, 0}, time).empty());
    CHECK(store::logLine(TensorStats{3, 0, {1, 2}}, time).empty());
    // A message of several lines stays one line.
    const std::string notice =
        store::logLine(Notice{1, {base::ErrorKind::Data, "a row\nis bad", "x.csv", "Leave it out"}}, time);
    CHECK(std::count(notice.begin(), notice.end(), '\n') == 1);
}

TEST_CASE("run log: lines are appended, and wait where the file cannot be written")
{
    const tests::TempFolder folder;
    const auto file = folder.path() / "later" / "run.log";
    store::RunLog log(file);
    log.add(BestChanged{"m", 1, 1, 0}, 0);
    log.write();
    CHECK_FALSE(std::filesystem::exists(file));
    std::filesystem::create_directory(folder.path() / "later");
    log.addRewind(0, 0);
    log.write();
    store::RunLog again(file);
    again.add(BestChanged{"m", 2, 2, 0}, 0);
    again.write();
    const auto text = base::readFile(file);
    REQUIRE(text);
    CHECK(std::count(text->begin(), text->end(), '\n') == 3);
    CHECK(text->starts_with("1970-01-01T00:00:00Z step 1: best m 1\n"));
    CHECK(text->ends_with("step 2: best m 2\n"));
}

}
