// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/closing_sentence.h"

#include <catch2/catch.hpp>

#include <sstream>

namespace tests::closing_sentence_test {

using namespace ui::models;
using core::events::RunState;

namespace {

std::vector<double> numbers(const std::string& text)
{
    std::istringstream stream(text);
    std::vector<double> all;
    for (double value; stream >> value;)
        all.push_back(value);
    return all;
}

/// A run of one evaluation an epoch.
RunFigures run(const std::string& training, const std::string& validation, RunState state = RunState::Completed)
{
    RunFigures figures;
    figures.state = state;
    figures.training = numbers(training);
    figures.validation = numbers(validation);
    for (std::size_t i = 0; i < figures.training.size(); ++i)
        figures.epochs.push_back(double(i + 1));
    figures.epochsPlanned = std::int64_t(figures.epochs.size());
    figures.stepsPlanned = figures.step = figures.epochsPlanned * 10;
    figures.lr = 0.1;
    return figures;
}

bool has(const Closing& closing, const std::string& words)
{
    return closing.text().find(words) != std::string::npos;
}

}

TEST_CASE("the closing sentence says what the curves say")
{
    struct Row {
        const char* training;
        const char* validation;
        Verdict verdict;
        const char* words;
        const char* button;
    };
    const Row rows[] = {
        {"2 1 0.5 0.4 0.3 0.2 0.19", "2 1 0.6 0.7 0.75 0.8 0.81", Verdict::Overfitting,
         "fell 62\u00a0% and validation loss rose 35\u00a0%: overfitting", "Run again with early stopping"},
        {"2 1 0.5 0.3 0.1", "2 1 0.6 1.2 2.4", Verdict::Overfitting, "validation loss grew 4.0-fold: overfitting",
         "Run again with early stopping"},
        {"2 1.6 1.3 1.1 1.0 0.9 0.8 0.7", "2 1.6 1.3 1.1 1.05 0.97 0.9 0.8", Verdict::StillFalling,
         "still falling at the end", "Run again with twice the epochs"},
        {"2 1 0.5 0.5 0.5 0.5 0.5 0.5", "2 1 0.52 0.51 0.515 0.512 0.511 0.513", Verdict::Settled, "a good fit", ""},
        {"2 1 0.5 0.4 0.3 0.3 0.3 0.3", "2 1 0.52 0.51 0.515 0.512 0.511 0.513", Verdict::Settled,
         "could close the gap", ""},
        {"0.7 0.699 0.699 0.698 0.698", "0.7 0.699 0.699 0.699 0.699", Verdict::NotLearning, "hardly moved",
         "Run again with lr × 10"},
        {"0.7 1.4 0.6 1.3 0.7", "0.7 1.4 0.6 1.3 0.7", Verdict::Unsteady, "jumps", "Run again with lr × 0.1"},
        {"0.7 1.4 3 9 30", "0.7 1.4 3 9 30", Verdict::Diverged, "rose from 0.7000 to 30.00: diverged",
         "Run again with lr × 0.1"},
        {"2 0.5 0.6 0.7 0.8", "2 0.5 0.6 0.7 0.8", Verdict::Unsteady, "both losses rose", "Run again with lr × 0.1"},
        {"2 1 0.5", "", Verdict::NoValidation, "Without a validation split", ""},
        {"", "", Verdict::NoValidation, "before its first evaluation", ""},
    };
    for (const Row& row : rows) {
        const Closing closing = closingOf(run(row.training, row.validation));
        INFO(row.training << " | " << row.validation << " → " << closing.text());
        CHECK(closing.verdict == row.verdict);
        CHECK(has(closing, row.words));
        CHECK(closing.next.label == row.button);
    }
}

TEST_CASE("only numbers and the verdict of the closing sentence are emphasized")
{
    const Closing closing = closingOf(run("2 1 0.5 0.4 0.3 0.2 0.19", "2 1 0.6 0.7 0.75 0.8 0.81"));
    using W = Phrase::Weight;
    const std::vector<Phrase> wanted{{"Validation loss was lowest at ", W::Plain},
                                     {"epoch\u00a03", W::Strong},
                                     {". Since then training loss fell ", W::Plain},
                                     {"62\u00a0%", W::Strong},
                                     {" and validation loss ", W::Plain},
                                     {"rose ", W::Plain},
                                     {"35\u00a0%", W::Strong},
                                     {": ", W::Plain},
                                     {"overfitting", W::Problem},
                                     {".", W::Plain}};
    CHECK(closing.phrases == wanted);
}

TEST_CASE("what the button changes")
{
    SECTION("early stopping is asked for with its usual patience")
    {
        const NextStep next = closingOf(run("2 1 0.5 0.1", "2 1 1.5 2")).next;
        REQUIRE(next.changes.size() == 1);
        CHECK(next.changes[0].first == "train.early_stopping");
        CHECK(next.changes[0].second["patience"].toInt() == 5);
    }
    SECTION("a run that had early stopping gets half the patience")
    {
        RunFigures figures = run("2 1 0.5 0.1", "2 1 1.5 2");
        figures.patience = 8;
        const NextStep next = closingOf(figures).next;
        CHECK(next.label == "Run again with patience 4");
        CHECK(next.changes[0].second.toInt() == 4);
    }
    SECTION("no button promises what cannot help")
    {
        RunFigures figures = run("2 1 0.5 0.1", "2 1 1.5 2");
        figures.patience = 1;
        CHECK(closingOf(figures).next.kind == NextStep::Kind::None);
        figures = run("0.7 1.4 3 9 30", "0.7 1.4 3 9 30");
        figures.lr = 0;
        CHECK(closingOf(figures).next.kind == NextStep::Kind::None);
    }
    SECTION("twice the epochs, a tenth of the rate, exact")
    {
        CHECK(closingOf(run("2 1.6 1.3 1.1 1.0 0.9 0.8 0.7", "2 1.6 1.3 1.1 1.05 0.97 0.9 0.8"))
                  .next.changes[0]
                  .second.toInt() == 16);
        RunFigures figures = run("0.7 1.4 3 9 30", "0.7 1.4 3 9 30");
        figures.lr = 3;
        CHECK(closingOf(figures).next.changes[0].second.toReal() == 0.3);
    }
}

TEST_CASE("a loss that is no number any more is told with its learning rate")
{
    RunFigures figures = run("2 1", "2 1", RunState::Failed);
    figures.nonFinite = true;
    figures.error = {core::base::ErrorKind::Run, "the loss became NaN", {}, {}};
    figures.lr = 3;
    const Closing closing = closingOf(figures);
    CHECK(closing.verdict == Verdict::Diverged);
    CHECK(closing.text() ==
          "After epoch\u00a02 the loss left the range of numbers: diverged. A learning rate of 3 is too high here.");
    figures.epochs.clear();
    figures.training.clear();
    figures.validation.clear();
    figures.step = 1300;
    CHECK(has(closingOf(figures), "at step\u00a01\u202f300"));
}

TEST_CASE("runs that ended before their time say where, and can go on")
{
    RunFigures figures = run("2 1 0.5", "2 1 0.6", RunState::Interrupted);
    figures.step = 4210;
    figures.stepsPlanned = 9380;
    Closing closing = closingOf(figures);
    CHECK(closing.text() == "Interrupted at step\u00a04\u202f210 of 9\u202f380. Validation loss was still falling.");
    CHECK(closing.next.kind == NextStep::Kind::Resume);
    figures.state = RunState::Stopped;
    figures.validation = {2, 1, 1.5};
    closing = closingOf(figures);
    CHECK(has(closing, "Stopped at"));
    CHECK(has(closing, "above its minimum since epoch\u00a02"));
    figures.step = figures.stepsPlanned;
    CHECK(closingOf(figures).next.kind == NextStep::Kind::None);
}

TEST_CASE("early stopping says what it saved")
{
    RunFigures figures = run("2 1 0.5 0.4 0.3", "2 1 0.6 0.7 0.8", RunState::EarlyStopped);
    figures.epochsPlanned = 30;
    figures.patience = 2;
    figures.restored = true;
    CHECK(closingOf(figures).text() == "Early stopping ended the run at epoch\u00a05 and went back to epoch\u00a03, "
                                       "where validation loss was lowest (0.6000): 25 epochs of 30 saved.");
}

TEST_CASE("while a run goes the sentence follows its last evaluation")
{
    RunFigures figures = run("", "", RunState::Preparing);
    CHECK(closingOf(figures).verdict == Verdict::Waiting);
    figures.state = RunState::Running;
    CHECK(closingOf(figures).text() == "The first epoch is running.");
    CHECK(closingOf(run("2 1 0.5", "2 1 0.6", RunState::Running)).verdict == Verdict::Improving);
    figures = run("2 1 0.5 0.4 0.3", "2 1 0.6 0.7 0.8", RunState::Running);
    figures.patience = 5;
    figures.waited = 2;
    const Closing closing = closingOf(figures);
    CHECK(closing.verdict == Verdict::Stalled);
    CHECK(has(closing, "has not improved for 2 epochs: early stopping has used 2 of 5 of its patience."));
    CHECK(closing.next.kind == NextStep::Kind::None);
}

TEST_CASE("a cross-validation is judged by the mean of its folds")
{
    const Closing one = closingOf(run("1.0 0.6 0.4 0.3 0.25", "1.0 0.7 0.6 0.7 0.9"));
    const Closing all = closingOfFolds(run("1.0 0.6 0.4 0.3 0.25", "1.0 0.7 0.6 0.7 0.9"), 5, 0.125);
    CHECK(all.text().starts_with("Mean of 5 folds: validation loss 0.9000 ± 0.1250 at the end. "));
    CHECK(all.verdict == one.verdict);
    CHECK(all.text().ends_with(one.text()));
    CHECK(all.next.label == one.next.label);
}

}
