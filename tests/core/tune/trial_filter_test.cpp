// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/trial_filter.h"

#include "tests/support/tuning.h"

namespace tests::trial_filter_test {

using namespace core;

namespace {

const tune::Space& space()
{
    static const tune::Space made = tests::spaceOf(R"([
        {"path": "train.optimizer.lr", "min": 1e-5, "max": 1, "scale": "log"},
        {"path": "train.optimizer.kind", "values": ["sgd", "adam"]},
        {"path": "train.optimizer.momentum", "min": 0, "max": 0.99, "when": {"path": "train.optimizer.kind", "values": ["sgd"]}},
        {"path": "train.batch_size", "values": [16, 32, "full"]},
        {"path": "train.optimizer.nesterov", "values": [true, false]},
        {"path": "model.hidden", "values": [[16], [16, 16]]},
        {"path": "learning rate", "min": 0, "max": 1}])");
    return made;
}

const std::vector<tune::ObjectiveSpec> objectives{{"validation/accuracy", "maximize"},
                                                  {"seconds per step", "minimize"}};

const std::vector<tune::Trial>& trials()
{
    static const std::vector<tune::Trial> all = [] {
        std::vector<tune::Trial> made(4);
        made[0].state = tune::TrialState::Completed;
        made[0].values = {0.9, 2};
        made[0].parameters = {
            {"train.optimizer.lr", 1e-3}, {"train.optimizer.kind", "sgd"},    {"train.optimizer.momentum", 0.5},
            {"train.batch_size", 16},     {"train.optimizer.nesterov", true}, {"model.hidden", base::Array{16, 16}},
            {"learning rate", 0.5}};
        made[0].started = 100;
        made[0].ended = 130;
        made[0].notes = {{"star", true}, {"note", "look at this again"}};
        made[1].state = tune::TrialState::Stopped;
        made[1].reports = {{0, 0.1, 1}, {4, 0.85, 2}};
        made[1].stop = tune::Stop{"MedianAuto"};
        made[1].parameters = {{"train.optimizer.lr", 0.1},       {"train.optimizer.kind", "adam"},
                              {"train.batch_size", "full"},      {"train.optimizer.nesterov", false},
                              {"model.hidden", base::Array{16}}, {"learning rate", 0.25}};
        made[2].state = tune::TrialState::Failed;
        made[2].error = "out of memory";
        made[2].source = "person";
        made[3].state = tune::TrialState::Waiting;
        for (std::size_t i = 0; i < made.size(); ++i)
            made[i].number = std::int64_t(i);
        return made;
    }();
    return all;
}

std::string found(const std::string& text)
{
    const auto filter = tune::TrialFilter::parse(text, space(), objectives);
    if (!filter)
        return base::describe(filter.error());
    std::string numbers;
    for (const auto& trial : trials())
        if (filter->matches(trial))
            numbers += std::to_string(trial.number);
    return numbers;
}

}

TEST_CASE("a filter finds trials by what the table shows of them")
{
    CHECK(found("") == "0123");
    CHECK(found("  ") == "0123");
    CHECK(found(R"(state == "completed" and value > 0.8 and train.optimizer.lr < 1e-2)") == "0");
    CHECK(found("value > 0.8") == "01");
    CHECK(found("not value > 0.8") == "23");
    CHECK(found("not (value > 0.8 or number == 3)") == "2");
    CHECK(found("value(\"seconds per step\") <= 2") == "0");
    CHECK(found("parameter(\"learning rate\") * 2 == 1") == "0");
    CHECK(found("state in ('stopped', \"failed\")") == "12");
    CHECK(found("number in (-1, 2, 3)") == "23");
    CHECK(found("star") == "0");
    CHECK(found("contains(note, \"again\") or contains(error, \"memory\")") == "02");
    CHECK(found("seconds >= 30") == "0");
    CHECK(found("step == 4 and reports == 2 and rule == \"MedianAuto\"") == "1");
    CHECK(found("source != \"strategy\"") == "2");
    CHECK(found("-log10(train.optimizer.lr) > 2") == "0");
    CHECK(found("train.optimizer.lr + 1 < 1.5 - 0 / 2") == "01");
}

TEST_CASE("what a trial has not got compares with nothing")
{
    CHECK(found("train.optimizer.momentum < 1") == "0");
    CHECK(found("train.optimizer.momentum != 0.1") == "0");
    CHECK(found("not has(train.optimizer.momentum) and has(train.optimizer.lr)") == "1");
    CHECK(found("seconds != 1") == "0");
}

TEST_CASE("categories are compared by their own kinds of values")
{
    CHECK(found("train.batch_size == 16") == "0");
    CHECK(found("train.batch_size == \"full\"") == "1");
    CHECK(found("train.batch_size in (16, \"full\")") == "01");
    CHECK(found("train.optimizer.nesterov") == "0");
    CHECK(found("train.optimizer.nesterov == false") == "1");
    CHECK(found("model.hidden == \"[16,16]\"") == "0");
}

TEST_CASE("a filter that is wrong says where and what would be right")
{
    const auto says = [](const std::string& text, const std::string& place, const std::string& what) {
        const std::string said = found(text);
        INFO(text << " -> " << said);
        CHECK(said.starts_with("filter: " + place + ": "));
        CHECK(said.find(what) != std::string::npos);
    };
    says("value > ", "column 9", "ends where something is wanted");
    says("value", "column 1", "a condition is wanted");
    says("vlue > 1", "column 1", "Did you mean \"value\"?");
    says("value > 1 and lr < 1", "column 15", "Did you mean \"train.optimizer.lr\"?");
    says("state == completed", "column 10", "\"completed\" is not known");
    says("state == \"complete\"", "column 10", "Did you mean \"completed\"?");
    says("train.optimizer.kind == \"rmsprop\"", "column 25", "It is one of sgd, adam");
    says("train.optimizer.kind == 3", "column 25", "a number beside a text");
    says("train.optimizer.kind < 3", "column 1", "a number is wanted");
    says("value = 1", "column 7", "Equal is written ==");
    says("(value > 1", "column 11", "The bracket opens at column 1");
    says("value > 1)", "column 10", "is left over");
    says("value > \"a", "column 9", "closing quote");
    says("value(\"loss\") > 1", "column 7", "Objectives are validation/accuracy, seconds per step");
    says("value in 3", "column 10", "a ( is missing");
    says("value in (1, number)", "column 14", "no plain value");
    says("mean(value) > 1", "column 1", "is no function");
    says("value > 1 and 3", "column 15", "a condition is wanted");
    says("§", "column 1", "nothing that can stand here");
    says(std::string(100, '(') + "1", "column 65", "too deep");
    says(std::string(5000, ' ') + "star and x", "column 1", "too long");
    says("contains(note)", "column 14", "a second text");
}

}
