// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/closing_sentence.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace ui::models {

namespace {

using core::events::RunState;
using Weight = Phrase::Weight;

constexpr double riseOfOverfitting = 0.05;
constexpr double fallWorthMore = 0.02;
constexpr double fallOfLearning = 0.05;
constexpr double jumpOfUnsteady = 0.10;
constexpr double riseOfDivergence = 0.5;

std::string four(double value)
{
    char text[40];
    if (value == 0)
        return "0";
    const double size = std::fabs(value);
    if (size >= 1e6 || size < 1e-4)
        std::snprintf(text, sizeof text, "%.3g", value);
    else
        std::snprintf(text, sizeof text, "%.*f", std::clamp(3 - int(std::floor(std::log10(size))), 0, 8), value);
    return text;
}

/// A share as people say it; changes beyond 200 % read better as a factor.
std::string percent(double share)
{
    char text[40];
    const double value = std::fabs(share) * 100;
    std::snprintf(text, sizeof text, value < 9.95 ? "%.1f\u00a0%%" : "%.0f\u00a0%%",
                  value < 100 && value > 99 ? 99.0 : value);
    return text;
}

std::string fold(double factor)
{
    char text[40];
    std::snprintf(text, sizeof text, factor < 9.95 ? "%.1f-fold" : "%.0f-fold", factor);
    return text;
}

std::string plain(double value)
{
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

std::string whole(double value)
{
    return std::to_string(std::llround(value));
}

std::string spaced(std::int64_t value)
{
    std::string text = std::to_string(value);
    for (int place = int(text.size()) - 3; place > 0; place -= 3)
        text.insert(std::size_t(place), "\u202f");
    return text;
}

std::string epochWord(double epoch)
{
    return "epoch\u00a0" + whole(epoch);
}

std::string epochs(std::int64_t count)
{
    return spaced(count) + (count == 1 ? " epoch" : " epochs");
}

double change(double from, double to)
{
    return from == 0 ? 0 : (to - from) / std::fabs(from);
}

struct Builder {
    Closing closing;

    Builder& say(std::string text)
    {
        closing.phrases.push_back({std::move(text), Weight::Plain});
        return *this;
    }
    Builder& strong(std::string text)
    {
        closing.phrases.push_back({std::move(text), Weight::Strong});
        return *this;
    }
    Builder& problem(std::string text)
    {
        closing.phrases.push_back({std::move(text), Weight::Problem});
        return *this;
    }
    Closing as(Verdict verdict, NextStep next = {})
    {
        closing.verdict = verdict;
        closing.next = std::move(next);
        return std::move(closing);
    }
};

/// What the curves say of a run, however it ended.
struct Shape {
    std::size_t best = 0, last = 0;
    double bestEpoch = 0;
    double rise = 0;         ///< of validation loss since its minimum
    double trainingFell = 0; ///< since then
    double lateFall = 0;     ///< of validation loss over the last quarter
    double lateEpochs = 0;
    double learned = 0; ///< by how much training loss fell in all
    double jumps = 0;   ///< typical change of training loss between two evaluations against its mean
};

Shape shapeOf(const RunFigures& run)
{
    Shape shape;
    shape.last = run.epochs.size() - 1;
    const auto& watched = run.validation.empty() ? run.training : run.validation;
    shape.best = std::size_t(std::min_element(watched.begin(), watched.end()) - watched.begin());
    shape.bestEpoch = run.epochs[shape.best];
    shape.rise = change(watched[shape.best], watched[shape.last]);
    shape.trainingFell = -change(run.training[shape.best], run.training[shape.last]);
    const std::size_t quarter = shape.last - std::min(shape.last, std::max<std::size_t>(1, (shape.last + 1) / 4));
    shape.lateFall = -change(watched[quarter], watched[shape.last]);
    shape.lateEpochs = run.epochs[shape.last] - run.epochs[quarter];
    shape.learned = -change(run.training.front(), run.training.back());
    if (shape.last > 0) {
        std::vector<double> steps;
        for (std::size_t i = 1; i <= shape.last; ++i)
            steps.push_back(std::fabs(run.training[i] - run.training[i - 1]));
        std::nth_element(steps.begin(), steps.begin() + std::ptrdiff_t(steps.size() / 2), steps.end());
        const double mean =
            std::accumulate(run.training.begin(), run.training.end(), 0.0) / double(run.training.size());
        shape.jumps = mean > 0 ? steps[steps.size() / 2] / mean : 0;
    }
    return shape;
}

NextStep withRate(const RunFigures& run, double factor)
{
    if (!(run.lr > 0) || run.lr * factor > run.lrMost)
        return {};
    return {NextStep::Kind::RunAgain,
            factor < 1 ? "Run again with lr × 0.1" : "Run again with lr × 10",
            {{run.lrPath, std::stod(plain(run.lr * factor))}}};
}

NextStep withEarlyStopping(const RunFigures& run)
{
    if (run.patience == 0)
        return {NextStep::Kind::RunAgain,
                "Run again with early stopping",
                {{"train.early_stopping", core::base::Object{{"patience", 5}}}}};
    if (run.patience == 1)
        return {};
    const std::int64_t half = run.patience / 2;
    return {NextStep::Kind::RunAgain,
            "Run again with patience " + std::to_string(half),
            {{"train.early_stopping.patience", half}}};
}

NextStep withTwiceTheEpochs(const RunFigures& run)
{
    if (run.epochsPlanned <= 0)
        return {};
    return {NextStep::Kind::RunAgain, "Run again with twice the epochs", {{"train.epochs", run.epochsPlanned * 2}}};
}

Closing diverged(const RunFigures& run)
{
    Builder text;
    if (run.nonFinite && run.training.empty())
        text.say("The loss left the range of numbers at ").strong("step\u00a0" + spaced(run.step)).say(": ");
    else if (run.nonFinite)
        text.say("After ").strong(epochWord(run.epochs.back())).say(" the loss left the range of numbers: ");
    else
        text.say("Training loss rose from ")
            .strong(four(run.training.front()))
            .say(" to ")
            .strong(four(run.training.back()))
            .say(": ");
    text.problem("diverged");
    if (run.lr > 0)
        text.say(". A learning rate of ").strong(plain(run.lr)).say(" is too high here");
    return text.say(".").as(Verdict::Diverged, withRate(run, 0.1));
}

Closing overfitting(const RunFigures& run, const Shape& shape)
{
    Builder text;
    text.say("Validation loss was lowest at ")
        .strong(epochWord(shape.bestEpoch))
        .say(". Since then training loss fell ");
    text.strong(percent(shape.trainingFell)).say(" and validation loss ");
    if (shape.rise > 2)
        text.say("grew ").strong(fold(1 + shape.rise)).say(": ");
    else
        text.say("rose ").strong(percent(shape.rise)).say(": ");
    return text.problem("overfitting").say(".").as(Verdict::Overfitting, withEarlyStopping(run));
}

Closing judgeCurves(const RunFigures& run)
{
    const Shape shape = shapeOf(run);
    Builder text;
    if (shape.last > 0 && shape.learned < -riseOfDivergence)
        return diverged(run);
    if (shape.last > 0 && shape.learned < fallOfLearning) {
        if (shape.jumps > jumpOfUnsteady)
            return text.say("Training loss jumps and does not fall: from ")
                .strong(four(run.training.front()))
                .say(" to ")
                .strong(four(run.training.back()))
                .say(". ")
                .problem("The learning rate is too high")
                .say(".")
                .as(Verdict::Unsteady, withRate(run, 0.1));
        return text.say("Training loss has hardly moved, from ")
            .strong(four(run.training.front()))
            .say(" to ")
            .strong(four(run.training.back()))
            .say(": ")
            .problem("not learning")
            .say(".")
            .as(Verdict::NotLearning, withRate(run, 10));
    }
    if (run.validation.empty())
        return text.say("Training loss fell from ")
            .strong(four(run.training.front()))
            .say(" to ")
            .strong(four(run.training.back()))
            .say(". Without a validation split nobody can say whether it generalizes.")
            .as(Verdict::NoValidation);
    if (shape.best < shape.last && shape.rise >= riseOfOverfitting)
        return shape.trainingFell > 0 ? overfitting(run, shape)
                                      : text.say("Validation loss was lowest at ")
                                            .strong(epochWord(shape.bestEpoch))
                                            .say(". Since then both losses rose: ")
                                            .problem("unsteady")
                                            .say(". A lower learning rate may hold it.")
                                            .as(Verdict::Unsteady, withRate(run, 0.1));
    if (shape.last - shape.best <= run.epochs.size() / 10 && shape.lateFall >= fallWorthMore)
        return text.say("Validation loss was still falling at the end, by ")
            .strong(percent(shape.lateFall))
            .say(" over the last ")
            .strong(std::llround(shape.lateEpochs) == 1 ? "epoch" : epochs(std::llround(shape.lateEpochs)))
            .say(": ")
            .strong("train longer")
            .say(".")
            .as(Verdict::StillFalling, withTwiceTheEpochs(run));
    text.say("Validation loss settled at ")
        .strong(four(run.validation[shape.best]))
        .say(", lowest at ")
        .strong(epochWord(shape.bestEpoch))
        .say(". ");
    const double gap = change(run.training.back(), run.validation.back());
    if (gap > 0.25)
        return text.say("Training loss ended ")
            .strong(percent(1 - run.training.back() / run.validation.back()))
            .say(" below it: more data or regularization could close the gap.")
            .as(Verdict::Settled);
    return text.say("Training loss ended close by: ").strong("a good fit").say(".").as(Verdict::Settled);
}

/// A run that is going: what the last evaluation says.
Closing live(const RunFigures& run)
{
    Builder text;
    if (run.epochs.empty())
        return text.say("The first epoch is running.").as(Verdict::Waiting);
    if (run.validation.empty())
        return text.say("Training loss stands at ").strong(four(run.training.back())).say(".").as(Verdict::Waiting);
    const Shape shape = shapeOf(run);
    if (shape.best == shape.last)
        return text.say("Validation loss is at its lowest so far: ")
            .strong(four(run.validation.back()))
            .say(" at ")
            .strong(epochWord(shape.bestEpoch))
            .say(".")
            .as(Verdict::Improving);
    const std::int64_t since = std::llround(run.epochs.back() - shape.bestEpoch);
    text.say("Validation loss was lowest at ")
        .strong(epochWord(shape.bestEpoch))
        .say(" and has not improved for ")
        .strong(epochs(since));
    if (run.patience > 0)
        text.say(": early stopping has used ")
            .strong(std::to_string(run.waited) + " of " + std::to_string(run.patience))
            .say(" of its patience");
    return text.say(".").as(Verdict::Stalled);
}

Closing earlyStopped(const RunFigures& run, const Shape& shape)
{
    Builder text;
    const double end = run.epochs.back();
    const auto saved = run.epochsPlanned - std::int64_t(std::llround(end));
    text.say("Early stopping ended the run at ")
        .strong(epochWord(end))
        .say(run.restored ? " and went back to " : "; best was ")
        .strong(epochWord(shape.bestEpoch))
        .say(", where validation loss was lowest (")
        .strong(four(run.validation[shape.best]))
        .say(")");
    if (saved > 0)
        text.say(": ").strong(epochs(saved) + " of " + spaced(run.epochsPlanned) + " saved");
    return text.say(".").as(Verdict::EarlyStopped);
}

/// Ended before its time: where, what the curves said, and the way to go on.
Closing cut(const RunFigures& run)
{
    const bool stopped = run.state == RunState::Stopped;
    Builder text;
    text.say(stopped ? "Stopped at " : "Interrupted at ").strong("step\u00a0" + spaced(run.step));
    if (run.stepsPlanned > 0)
        text.say(" of " + spaced(run.stepsPlanned));
    text.say(". ");
    if (!run.validation.empty()) {
        const Shape shape = shapeOf(run);
        if (shape.best == shape.last)
            text.say("Validation loss was still falling.");
        else if (shape.rise >= riseOfOverfitting)
            text.say("Validation loss had been above its minimum since ").strong(epochWord(shape.bestEpoch)).say(".");
        else
            text.say("Validation loss had settled.");
    } else {
        text.say("Nothing is lost: it goes on from its last checkpoint.");
    }
    const bool more = run.stepsPlanned == 0 || run.step < run.stepsPlanned;
    return text.as(stopped ? Verdict::Stopped : Verdict::Interrupted,
                   more ? NextStep{NextStep::Kind::Resume, "Resume", {}} : NextStep{});
}

}

std::string Closing::text() const
{
    std::string all;
    for (const Phrase& phrase : phrases)
        all += phrase.text;
    return all;
}

Closing closingOf(const RunFigures& figures)
{
    switch (figures.state) {
    case RunState::Preparing:
        return Builder().say("Getting ready: data, network, first evaluation.").as(Verdict::Waiting);
    case RunState::Running:
    case RunState::Paused:
        return live(figures);
    case RunState::Failed:
        if (figures.nonFinite)
            return diverged(figures);
        return Builder()
            .problem(figures.error.message.empty() ? "The run failed" : figures.error.message)
            .say(figures.error.advice.empty() ? "." : ". " + figures.error.advice)
            .as(Verdict::Failed);
    case RunState::Interrupted:
    case RunState::Stopped:
        return cut(figures);
    case RunState::EarlyStopped:
        if (!figures.validation.empty())
            return earlyStopped(figures, shapeOf(figures));
        break;
    case RunState::Completed:
        break;
    }
    if (figures.nonFinite)
        return diverged(figures);
    if (figures.epochs.empty())
        return Builder().say("The run ended before its first evaluation.").as(Verdict::NoValidation);
    return judgeCurves(figures);
}

Closing closingOfFolds(const RunFigures& figures, int folds, double spread)
{
    Closing closing = closingOf(figures);
    if (figures.validation.empty())
        return closing;
    std::vector<Phrase> whole{{"Mean of "},
                              {std::to_string(folds) + " folds", Weight::Strong},
                              {": validation loss "},
                              {four(figures.validation.back()) + " ± " + four(spread), Weight::Strong},
                              {" at the end. "}};
    whole.insert(whole.end(), closing.phrases.begin(), closing.phrases.end());
    closing.phrases = std::move(whole);
    return closing;
}

Closing closingBeforeTraining()
{
    return Builder()
        .say("Nothing has been trained yet. What this experiment learns, and where it stops learning, will be told "
             "here.")
        .as(Verdict::Waiting, {NextStep::Kind::Train, "Train", {}});
}

}
