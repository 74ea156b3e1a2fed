// SPDX-License-Identifier: GPL-3.0-or-later
// Texts as rows of tokens, from a file of sentences to predictions of new ones, by the real program.
#include "core/base/rng.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

namespace tests::tokens_test {

using core::base::Value;
using tests::cli;
using tests::TempFolder;

namespace {

struct Sentence {
    std::string text, label;
};

// Sentences that are praise or blame by one of their words.
std::vector<Sentence> sentences(std::size_t count, std::uint64_t seed)
{
    const std::vector<std::string> subjects{"The film", "This book", "Her song", "Our dinner", "That play"};
    const std::vector<std::string> verbs{"was", "seemed", "felt", "is"};
    const std::vector<std::string> softeners{"really", "quite", "rather", "so", "a little"};
    const std::vector<std::string> praise{"good", "great", "lovely", "fine"}, blame{"bad", "awful", "dull", "poor"};
    const core::base::Draw draw(seed, "sentences");
    std::vector<Sentence> all;
    for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t at = 8 * i;
        const auto one = [&](const std::vector<std::string>& words) { return words[draw.below(at++, words.size())]; };
        const bool likes = draw.below(at++, 2) == 1;
        std::string text = one(subjects) + " " + one(verbs) + " ";
        if (draw.below(at++, 2))
            text += one(softeners) + " ";
        text += one(likes ? praise : blame) + ".";
        all.push_back({text, likes ? "praise" : "blame"});
    }
    return all;
}

std::string csv(const std::vector<Sentence>& all)
{
    std::string file = "review,label\n";
    for (const Sentence& one : all)
        file += one.text + "," + one.label + "\n";
    return file;
}

std::string fastText(const std::vector<Sentence>& all)
{
    std::string file;
    for (const Sentence& one : all)
        file += "__label__" + one.label + " " + one.text + "\n";
    return file;
}

std::string contents(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Value ran(std::vector<std::string> arguments)
{
    arguments.push_back("--json");
    const tests::Ended ended = cli(arguments);
    INFO(ended.err << ended.out);
    REQUIRE(ended.status == 0);
    return ended.json();
}

std::string experiment(const std::string& source, const std::string& model, const std::string& tokens)
{
    return R"({"data": {"source": ")" + source + R"(", "tokens": )" + tokens + R"(}, "model": )" + model +
           R"(, "train": {"epochs": 12, "batch_size": 16, "optimizer": {"kind": "adam", "lr": 0.01}, "threads": 1}})";
}

const std::string transformer = R"({"kind": "transformer", "d_model": 16, "nhead": 2, "num_layers": 1,
    "dim_feedforward": 32})";

}

TEST_CASE("networks that read learn sentences of a table and of a fastText file, and tell new ones apart")
{
    const TempFolder folder;
    folder.file("some.csv", csv(sentences(240, 1)));
    folder.file("some.txt", fastText(sentences(240, 1)));
    struct Case {
        const char *source, *model, *tokens;
    };
    const Case cases[] = {
        {"some.csv", transformer.c_str(), R"({"kind": "word", "max_length": 12})"},
        {"some.txt", R"({"kind": "rnn", "cell": "gru", "embedding_dim": 16, "hidden_size": 16})",
         R"({"kind": "whitespace", "max_length": 12})"},
        {"some.csv",
         R"({"kind": "rnn", "cell": "lstm", "embedding_dim": 16, "hidden_size": 16, "bidirectional": true})",
         R"({"kind": "bpe", "vocabulary": 60, "max_length": 24})"},
    };
    const std::vector<Sentence> fresh = sentences(40, 2);
    const auto asked = folder.file("new.csv", csv(fresh));
    const auto askedText = folder.file("new.txt", fastText(fresh));
    for (const Case& one : cases) {
        INFO(one.model << one.tokens);
        const auto file = folder.file("t.experiment.json", experiment(one.source, one.model, one.tokens));
        const Value run = ran({"train", file, "--runs", folder.path()});
        CHECK(run["metrics"]["validation/accuracy"].toReal() > 0.85);
        const auto answers = folder.path() / "answers.csv";
        const bool text = std::string(one.source).ends_with(".txt");
        CHECK(ran({"predict", run["run"].text(), "--input", text ? askedText : asked, "--output", answers})["rows"]
                  .toInt() == 40);
        const std::string told = contents(answers);
        std::size_t at = told.find('\n') + 1, right = 0;
        for (const Sentence& sentence : fresh) {
            right += told.compare(at, sentence.label.size() + 1, sentence.label + ",") == 0;
            at = told.find('\n', at) + 1;
        }
        CHECK(right > 34);
    }
}

TEST_CASE("data tells the vocabulary and an example, and the doctor what is unknown or cut off")
{
    const TempFolder folder;
    folder.file("some.csv", csv(sentences(200, 3)));
    const auto file =
        folder.file("t.experiment.json", experiment("some.csv", transformer, R"({"vocabulary": 12, "max_length": 4})"));
    const Value data = ran({"data", file});
    CHECK(data["tokens"]["vocabulary"].toInt() == 12);
    CHECK(data["tokens"]["first"].array()[0].text() == "<pad>");
    CHECK(data["tokens"]["first"].array()[2].text() == ".");
    CHECK(data["tokens"]["example"]["tokens"].array().size() == 4);
    CHECK(data["input_shape"].array()[0].toInt() == 4);
    bool unknown = false, cut = false;
    const Value doctor = ran({"data", "doctor", file});
    for (const Value& problem : doctor["problems"].array()) {
        const std::string kind = problem["kind"].text(), message = problem["message"].text();
        unknown = unknown || (kind == "unknown_tokens" && message.find("of validation") != std::string::npos);
        cut = cut || (kind == "truncated_texts" && message.find("100.0 % of training") != std::string::npos &&
                      problem["changes"]["data.tokens.max_length"].toInt() == 8);
    }
    CHECK(unknown);
    CHECK(cut);
}

TEST_CASE("what does not read tokens says what would")
{
    const TempFolder folder;
    folder.file("some.csv", csv(sentences(60, 4)));
    const auto file = folder.file("t.experiment.json", experiment("some.csv", R"("mlp")", "{}"));
    const tests::Ended ended = cli({"train", file, "--runs", folder.path(), "--json"});
    CHECK(ended.status == 2);
    CHECK(ended.json()["error"]["where"].text() == "/data/tokens");
    CHECK(ended.json()["error"]["message"].text().find("transformer") != std::string::npos);
}

TEST_CASE("an embedding begins with the vectors of a file, and both commands tell how many words match")
{
    const TempFolder folder;
    folder.file("some.csv", csv(sentences(120, 5)));
    std::string vectors;
    for (const std::string word : {"good", "great", "bad", "awful", "unheard"}) {
        vectors += word;
        for (int i = 0; i < 16; ++i)
            vectors += word == "good" || word == "great" ? " 0.5" : " -0.5";
        vectors += "\n";
    }
    folder.file("vectors.txt", vectors);
    const auto file = folder.file("t.experiment.json", experiment("some.csv", transformer, "{}"));
    const std::vector<std::string> words{"--set", "model.word_vectors=vectors.txt"};
    const auto with = [&](std::vector<std::string> arguments, const std::vector<std::string>& more) {
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    };
    const Value data = ran(with({"data", file}, words));
    CHECK(data["word_vectors"]["matched"].toInt() == 4);
    CHECK(data["word_vectors"]["dimension"].toInt() == 16);
    CHECK(data["word_vectors"]["entries"].toInt() == 5);
    const tests::Ended trained = cli(with({"train", file, "--runs", folder.path(), "--json"}, words));
    INFO(trained.err);
    REQUIRE(trained.status == 0);
    CHECK(trained.err.find("4 of ") != std::string::npos);
    CHECK(trained.err.find("begin with vectors of vectors.txt") != std::string::npos);
    const Value run = trained.json();
    CHECK(run["metrics"]["validation/accuracy"].toReal() > 0.8);
    // A width that does not fit is told with what would be right.
    const tests::Ended narrow =
        cli(with({"train", file, "--runs", folder.path(), "--json", "--set", "model.d_model=8"}, words));
    CHECK(narrow.status == 3);
    CHECK(narrow.json()["error"]["where"].text().find("vectors.txt, line 1") != std::string::npos);
    CHECK(narrow.json()["error"]["message"].text().find("16") != std::string::npos);
}

}
