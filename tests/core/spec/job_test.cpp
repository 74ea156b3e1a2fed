// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/experiment.h"
#include "core/spec/job.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace tests::job_test {

using namespace core::spec;
using core::base::Array;
using core::base::Object;
using core::base::Value;

namespace {

std::string wrong(const Value& job)
{
    const auto read = readJob(job);
    return read ? "nothing" : read.error().where;
}

}

TEST_CASE("a job has SageMaker's defaults")
{
    const auto job = readJob(Value());
    REQUIRE(job);
    CHECK(*job == JobSpec{});
    CHECK(job->maxRunS == 86400);
    CHECK(*job->notify == 120);
}

TEST_CASE("what is wrong with a job is told with its path")
{
    CHECK(wrong(Object{{"max_run", 3}}) == "/job/max_run");
    CHECK(wrong(Object{{"max_run_s", 0}}) == "/job/max_run_s");
    CHECK(wrong(Object{{"spot", true}, {"max_run_s", 100}, {"max_wait_s", 99}}) == "/job/max_wait_s");
    CHECK(wrong(Object{{"spot", true}, {"max_run_s", 100}, {"max_wait_s", 100}}) == "nothing");
    CHECK(wrong(Object{{"fallback", "pray"}}) == "/job/fallback");
    CHECK(wrong(Object{{"interruption", "weekly"}}) == "/job/interruption");
    CHECK(wrong(Object{{"interruption", "now"}}) == "nothing");
    CHECK(wrong(Object{{"interruption", "step"}}) == "/job/interruption/steps");
    CHECK(wrong(Object{{"interruption", Object{{"kind", "trace"}, {"times", Array{3, 1}}}}}) ==
          "/job/interruption/times");
    CHECK(wrong(Object{{"interruption", "trace"}}) == "/job/interruption");
    CHECK(wrong(Object{{"metric_definitions", Array{Object{{"name", "a"}, {"regex", "a=(.*"}}}}}) ==
          "/job/metric_definitions/0/regex");
    CHECK(wrong(Object{{"metric_definitions", Array{Object{{"name", "a"}, {"regex", "a=.*"}}}}}) ==
          "/job/metric_definitions/0/regex");
    CHECK(wrong(Object{{"hyperparameters", Array{}}}) == "/job/hyperparameters");
    CHECK(wrong(Object{{"hyperparameters", Object{{"a", Array{}}}}}) == "/job/hyperparameters/a");
    CHECK(wrong(Object{{"channels", Object{{"a/b", "c"}}}}) == "/job/channels/a/b");
    CHECK(wrong(Object{{"environment", Object{{"A-B", "c"}}}}) == "/job/environment/A-B");
}

TEST_CASE("one line of a shell is a command; paths start at the experiment's folder")
{
    CHECK(readJob(Object{{"command", "echo hello"}})->command ==
          std::vector<std::string>{"/bin/sh", "-c", "echo hello"});
    const auto job = readJob(Object{{"command", Array{"./train.sh", "x"}},
                                    {"channels", Object{{"train", "rows"}, {"far", "s3://bucket/rows"}}}},
                             "/somewhere");
    REQUIRE(job);
    CHECK(job->command == std::vector<std::string>{"/somewhere/train.sh", "x"});
    CHECK(job->channels["train"].text() == "/somewhere/rows");
    CHECK(job->channels["far"].text() == "s3://bucket/rows");
}

TEST_CASE("another law leaves behind what only the one before knew")
{
    Value tree =
        Object{{"job", Object{{"interruption", Object{{"kind", "step"}, {"steps", Array{3}}, {"wait_s", 7}}}}}};
    const Value before = tree;
    exchangeLaw(tree, "job.interruption.kind", "step");
    exchangeLaw(tree, "job.spot", "rate");
    CHECK(tree == before);
    exchangeLaw(tree, "job.interruption.kind", "rate");
    CHECK(tree["job"]["interruption"] == Value(Object{{"wait_s", 7}}));
}

TEST_CASE("an experiment's job is checked, and is no part of what its run is")
{
    const core::base::Catalog catalog;
    const Value plain = Object{{"name", "a"}};
    const Value with = Object{{"name", "a"}, {"job", Object{{"spot", true}}}};
    CHECK(resolve(plain, {catalog}).value == resolve(with, {catalog}).value);
    const auto problems = resolve(Object{{"job", Object{{"spit", true}}}}, {catalog}).problems;
    CHECK(std::any_of(problems.begin(), problems.end(), [](const auto& error) {
        return error.where == "/job/spit" && error.advice.find("spot") != std::string::npos;
    }));
}

}
