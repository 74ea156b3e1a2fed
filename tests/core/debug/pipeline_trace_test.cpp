// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/pipeline_trace.h"

#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests::pipeline_trace_test {

using core::debug::pipelineOf;

TEST_CASE("what a pipeline did in a step is read from its run's folder")
{
    const tests::TempFolder folder;
    REQUIRE(pipelineOf(folder.path()));
    CHECK(pipelineOf(folder.path())->work.empty());
    folder.file("pipeline.json", R"({"schedule": "1f1b", "micro_batches": 2, "stages": 2, "step": 17, "seconds": 0.01,
        "idle_share": 0.4, "ideal_idle_share": 0.3333,
        "blocks": [{"name": "0", "type": "Linear", "stage": 0, "seconds": null},
                   {"name": "2", "type": "Linear", "stage": 1, "seconds": 0.001}],
        "memory": [{"stage": 0, "parameters": 30}, {"stage": 1, "parameters": 22}],
        "work": [{"stage": 0, "part": 0, "backward": false, "begin": 0, "end": 0.002},
                 {"stage": 1, "part": 0, "backward": true, "begin": 0.003, "end": 0.006}]})");
    const auto trace = pipelineOf(folder.path());
    REQUIRE(trace);
    CHECK(trace->step == 17);
    CHECK(trace->schedule == "1f1b");
    REQUIRE(trace->work.size() == 2);
    CHECK(trace->work[1].stage == 1);
    CHECK(trace->work[1].backward);
    CHECK(trace->work[1].end == 0.006);
    CHECK(trace->parameters == std::vector<std::int64_t>{30, 22});
    CHECK(trace->blocks[1].stage == 1);
}

TEST_CASE("a pipeline's file that cannot be is an error")
{
    for (const char* text :
         {"{", "{}", R"({"micro_batches": 2, "stages": 2, "seconds": 1, "blocks": [{"name": "0", "stage": 2}]})",
          R"({"micro_batches": 2, "stages": 2, "seconds": 1, "work": [{"stage": 0, "begin": 2, "end": 1}]})"}) {
        const tests::TempFolder folder;
        folder.file("pipeline.json", text);
        INFO(text);
        CHECK_FALSE(pipelineOf(folder.path()));
    }
}

}
