// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/json.h"
#include "core/data/dataset.h"
#include "core/data/encoder.h"
#include "tests/support/conformance.h"
#include "tests/support/data_sets.h"

#include <algorithm>
#include <cmath>

using namespace core;

namespace {

struct Words {
    std::vector<std::string> known;
    std::vector<std::int32_t> codes;
    std::vector<double> targets;
    std::vector<std::string> classes;

    data::WordColumn column() const { return {codes, known, targets, classes}; }
};

Words wordsOf(const base::Value& entry)
{
    Words words;
    for (const base::Value& word : entry["known"].array())
        words.known.push_back(word.text());
    for (const base::Value& word : entry["words"].array())
        words.codes.push_back(
            std::int32_t(std::find(words.known.begin(), words.known.end(), word.text()) - words.known.begin()));
    for (const base::Value& target : entry["target"].array())
        words.targets.push_back(target.toReal());
    if (entry["kind"].text() != "continuous")
        for (double c = 0; c <= *std::max_element(words.targets.begin(), words.targets.end()); ++c)
            words.classes.push_back(std::to_string(int(c)));
    return words;
}

}

TEST_CASE("encoders: every field is declared whole")
{
    tests::checkDeclared(data::allEncoders().family());
}

TEST_CASE("encoders: each gives every word as many numbers as it names")
{
    Words words{{"a", "b", "c"}, {0, 1, 2, 1, -1, 0}, {0, 1, 1, 0, 1, 0}, {"no", "yes"}};
    for (const base::Entry& entry : data::allEncoders().family().entries) {
        INFO(entry.kind);
        const data::WordValues made =
            (*data::allEncoders().make({entry.kind}))->learn(words.column(), base::Draw(1, "encode"));
        REQUIRE(made.values.size() == 3);
        for (const auto& values : made.values)
            CHECK(values.size() == made.suffixes.size());
        CHECK(made.unknown.size() == made.suffixes.size());
        CHECK((made.rows.empty() || made.rows.size() == words.codes.size()));
    }
}

TEST_CASE("encoders: target values are scikit-learn's")
{
    const auto golden = base::readJson(std::string(DESCENT_SOURCE_DIR) + "/tests/golden/folds.json");
    REQUIRE(golden);
    for (const base::Value& entry : (*golden)["target_encoding"].array()) {
        INFO(entry["kind"].text());
        const Words words = wordsOf(entry);
        const data::WordValues made =
            (*data::allEncoders().make({"target"}))->learn(words.column(), base::Draw(1, "encode"));
        for (std::size_t w = 0; w < words.known.size(); ++w)
            for (std::size_t k = 0; k < made.suffixes.size(); ++k)
                CHECK(made.values[w][k] == Approx(entry["values"].array()[w].array()[k].toReal()).margin(1e-6));
        for (std::size_t k = 0; k < made.suffixes.size(); ++k)
            CHECK(made.unknown[k] == Approx(entry["unknown"].array()[k].toReal()).margin(1e-6));
    }
}

TEST_CASE("encoders: a training row's own target does not show in its target value")
{
    // Every row has a word of its own: all that a fold knows of it is the mean of the others.
    Words words;
    for (int i = 0; i < 20; ++i) {
        words.known.push_back(std::string(1, char('a' + i)));
        words.codes.push_back(i);
        words.targets.push_back(i % 2 == 0 ? 100 : 0);
    }
    const data::WordValues made =
        (*data::allEncoders().make({"target"}))->learn(words.column(), base::Draw(2, "encode"));
    REQUIRE(made.rows.size() == 20);
    double correlation = 0;
    for (std::size_t i = 0; i < 20; ++i) {
        CHECK(std::abs(made.rows[i].front() - 50) < 20);
        correlation += (words.targets[i] - 50) * (made.rows[i].front() - 50);
    }
    CHECK(correlation <= 0);
}

TEST_CASE("encoders: what is learned of words, gaps and scales comes from the training rows alone")
{
    // The rows that validate and test have words, numbers and targets that would show.
    const auto textWith = [](const std::string& odd, double number, int target) {
        std::string text = "part,colour,x,y\n";
        for (int i = 0; i < 40; ++i)
            text += std::string("train,") +
                    (i % 3 == 0   ? "red"
                     : i % 3 == 1 ? "blue"
                                  : "green") +
                    "," + (i % 7 == 3 ? "" : std::to_string(i)) + "," + std::to_string(i % 2) + "\n";
        for (int i = 0; i < 20; ++i)
            text += std::string(i % 2 ? "validation," : "test,") + odd + "," + std::to_string(number) + "," +
                    std::to_string(target) + "\n";
        return text;
    };
    for (const std::string encode : {"one_hot", "ordinal", "target"})
        for (const std::string missing : {"mean", "median", "most_frequent"})
            for (const std::string normalize : {"standard", "minmax"}) {
                INFO(encode << " " << missing << " " << normalize);
                std::vector<at::Tensor> seen;
                for (const auto& text : {textWith("red", 5, 0), textWith("violet", 1e6, 1)}) {
                    const tests::TempFolder folder;
                    spec::Experiment experiment = tests::experimentOnFile(folder.file("t.csv", text));
                    experiment.split.kind = "predefined";
                    experiment.split.column = "part";
                    experiment.data.encode = {encode};
                    experiment.data.missing = missing;
                    experiment.data.normalize = normalize;
                    const auto module = data::DataModule::open(experiment);
                    REQUIRE(module);
                    CHECK(std::find(module->info().origins.begin(), module->info().origins.end(), "part") ==
                          module->info().origins.end());
                    seen.push_back(module->gather(module->rows(data::SplitName::Train).all()).input);
                }
                REQUIRE(seen[0].sizes() == seen[1].sizes());
                CHECK(seen[0].equal(seen[1]));
            }
}
