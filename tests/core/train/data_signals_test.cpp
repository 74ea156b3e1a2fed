// SPDX-License-Identifier: GPL-3.0-or-later
// What the data's doctor says, as signals of a run's first step.
#include "tests/support/torch_test.h"

#include "core/train/data_signals.h"
#include "tests/support/sessions.h"

using namespace core;

namespace {

std::vector<spec::RuleSpec> rules(std::initializer_list<const char*> names)
{
    std::vector<spec::RuleSpec> all;
    for (const char* name : names)
        all.push_back({name});
    return all;
}

std::string linesOf(const train::DataFigures& figures)
{
    std::string text;
    for (const auto& [name, value] : figures)
        text += name + " " + base::writeJson(value) + "\n";
    return text;
}

}

TEST_CASE("the doctor is asked only where a rule reads what it says")
{
    CHECK_FALSE(train::wantsDoctor(spec::usualRules()));
    CHECK_FALSE(train::wantsDoctor({}));
    CHECK(train::wantsDoctor(rules({"Overfit", "LabelNoise"})));
}

TEST_CASE("problems of rows are shares of the rows, those of columns are counted and named")
{
    const std::vector<data::Problem> problems{{"label_noise", "class", {3, 4}, 20, "", ""},
                                              {"target_leakage", "paid", {}, 400, "", ""},
                                              {"target_leakage", "due", {}, 400, "", ""},
                                              {"duplicate_rows", "", {1}, 40, "", ""},
                                              {"duplicate_rows", "", {1}, 8, "", ""}};
    CHECK(linesOf(train::dataFigures(problems, 400, rules({"LabelNoise"}))) == "data/label_noise 0.05\n");
    CHECK(linesOf(train::dataFigures(problems, 400, rules({"TargetLeakage"}))) ==
          "data/target_leakage 2.0\ndata/target_leakage_of/paid 1.0\ndata/target_leakage_of/due 1.0\n");
    CHECK(linesOf(train::dataFigures(problems, 400, rules({"DuplicateRows"}))) == "data/duplicate_rows_across 0.02\n");
    CHECK(linesOf(train::dataFigures({}, 400, rules({"DuplicateRows", "LabelNoise"}))) ==
          "data/label_noise 0.0\ndata/duplicate_rows_across 0.0\n");
    CHECK(train::dataFigures(problems, 400, rules({"Overfit"})).empty());
}

TEST_CASE("an experiment's own rows are examined")
{
    const auto figures = [](const char* text) {
        auto read = train::dataFigures(spec::read(tests::resolved(text)));
        REQUIRE(read);
        return linesOf(*read);
    };
    CHECK(figures(R"({"data": {"source": "seattle-weather"}, "split": {"kind": "random"}, "model": "mlp",
        "rules": ["ShuffledTime"]})") ==
          "data/date_under_random_split 1.0\ndata/date_under_random_split_of/date 1.0\n");
    CHECK(figures(R"({"data": {"source": "seattle-weather"}, "model": "mlp", "rules": ["ShuffledTime"]})") ==
          "data/date_under_random_split 0.0\n");
}
