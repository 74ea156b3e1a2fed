// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/figure.h"
#include "core/report/sections.h"

#include <algorithm>
#include <cmath>

namespace core::report {

using events::RunState;

namespace head {

struct Best {
    std::string metric;
    double value = 0;
    std::int64_t step = -1, epoch = -1;
};

Best bestOf(const RunReport& report)
{
    if (const auto& end = report.record.finished; end && end->bestStep >= 0)
        return {end->bestMetric, end->bestValue, end->bestStep, end->bestEpoch};
    Best best;
    for (const events::Event& event : report.record.events)
        if (const auto* changed = std::get_if<events::BestChanged>(&event))
            best = {changed->metric, changed->value, changed->step, changed->epoch};
    return best;
}

double secondsOf(const RunReport& report)
{
    if (report.record.finished)
        return report.record.finished->trainSeconds;
    double seconds = -1;
    for (const events::Event& event : report.record.events)
        if (const auto* progress = std::get_if<events::Progress>(&event))
            seconds = std::max(seconds, progress->trainSeconds);
    if (seconds < 0 && report.profile)
        seconds = report.profile->summary.seconds;
    return seconds;
}

bool imported(const RunReport& report)
{
    return !report.record.opened || report.record.opened->totalSteps <= 0;
}

std::string endOf(const RunReport& report)
{
    const std::int64_t steps = stepsOf(report);
    const std::string unit = report.trees() ? countOf(steps, "round", "rounds") : countOf(steps, "step", "steps");
    const std::int64_t total = report.record.opened ? report.record.opened->totalSteps : 0;
    const std::string of = total > steps ? " of " + countOf(total) : "";
    const auto& end = report.record.finished;
    switch (report.record.state) {
    case RunState::Completed:
        return imported(report) ? "Imported from a log: what it saved is all that is known of it."
                                : "Trained to its end: " + unit +
                                      (end ? " in " + countOf(end->epochs, "epoch", "epochs") : "") + ".";
    case RunState::EarlyStopped:
        return "Stopped early after " + unit + of + ": the watched metric had not improved for as long as it may.";
    case RunState::Stopped:
        return "Stopped after " + unit + of + ". It can be resumed.";
    case RunState::Failed:
        return "Failed after " + unit + of + (end && !end->error.message.empty() ? ": " + end->error.message : "") +
               ".";
    case RunState::Interrupted:
        return imported(report) ? "Imported from a log: what it saved is all that is known of it."
                                : "Interrupted after " + unit + of + ". It can be resumed.";
    default:
        return "Still going when this was written: " + unit + of + " so far.";
    }
}

}

Section headOf(const RunReport& report)
{
    Section section{"head", {}};
    const auto& opened = report.record.opened;
    const auto& end = report.record.finished;
    const bool failed = report.record.state == RunState::Failed;
    section.blocks.push_back(Paragraph{head::endOf(report), failed ? Tone::Problem : Tone::Lead});
    Figures figures;
    if (const head::Best best = head::bestOf(report); best.step >= 0)
        figures.figures.push_back({"best " + best.metric, figureOf(best.metric, best.value),
                                   "at step " + countOf(best.step) + ", epoch " + countOf(best.epoch)});
    for (const char* name : {"validation/loss", "train/loss"})
        if (const store::Series* series = seriesOf(report, name)) {
            figures.figures.push_back({std::string("last ") + name, figureOf(name, series->values.back()),
                                       "at step " + countOf(series->steps.back())});
            break;
        }
    const std::int64_t steps = stepsOf(report);
    figures.figures.push_back(
        {report.trees() ? "rounds" : "steps", countOf(steps),
         opened && opened->stepsPerEpoch > 0 ? countOf(opened->stepsPerEpoch) + " an epoch" : ""});
    if (const double seconds = head::secondsOf(report); seconds >= 0)
        figures.figures.push_back({"time in training", timeOf(seconds),
                                   steps > 0 ? timeOf(seconds / double(steps)) + " a step" : std::string()});
    if (opened && !head::imported(report)) {
        figures.figures.push_back({"device", opened->device, countOf(opened->threads, "thread", "threads")});
        figures.figures.push_back({"seed", textOf(report.record.spec["train"]["seed"]), "of all random draws"});
        if (report.trees())
            figures.figures.push_back({"trees", countOf(report.model.rounds), "rounds kept"});
        else if (opened->parameters > 0)
            figures.figures.push_back({"parameters", countOf(opened->parameters),
                                       report.model.trainable >= 0 && report.model.trainable < opened->parameters
                                           ? countOf(report.model.trainable) + " of them learn"
                                           : std::string()});
    }
    std::int64_t fired = 0;
    for (const Watched& rule : report.rules)
        fired += rule.fired > 0;
    if (!report.rules.empty())
        figures.figures.push_back(
            {"rules that fired", countOf(fired), "of " + countOf(std::int64_t(report.rules.size()))});
    if (end && !end->digest.empty())
        figures.figures.push_back({"weights", end->digest.substr(0, 16), "digest of the last ones"});
    section.blocks.push_back(std::move(figures));
    if (!report.record.problem.empty())
        section.blocks.push_back(
            Paragraph{"Of its record something is damaged: " + report.record.problem, Tone::Problem});
    return section;
}

Section familyOf(const RunReport& report)
{
    Section section{"family", "Branches and where it comes from"};
    if (report.family.size() < 2 && report.branches.empty())
        return section;
    Table table{{{"run"}, {"from step", true}, {"what it does otherwise"}, {"state"}, {"best", true}}};
    for (const store::TreeNode& node : report.family) {
        std::string changes;
        for (const spec::Difference& change : node.changes)
            changes += (changes.empty() ? "" : ", ") + change.path + ": " + textOf(change.before, 40) + " → " +
                       textOf(change.after, 40);
        const store::RunSummary& run = node.run;
        const bool self = run.id == report.record.id;
        table.rows.push_back(
            {{run.id, false, self ? Tone::Good : Tone::Body, int(node.depth)},
             {run.parentStep >= 0 ? countOf(run.parentStep) : ""},
             {self ? (changes.empty() ? "this run" : "this run: " + changes) : changes},
             {std::string(events::name(run.state))},
             {run.bestEpoch >= 0 ? run.bestMetric + " " + figureOf(run.bestMetric, run.bestValue) : ""}});
    }
    section.blocks.push_back(std::move(table));
    for (const Tried& branch : report.branches)
        if (!branch.verdict.empty())
            section.blocks.push_back(Paragraph{branch.run + ": " + branch.verdict, Tone::Muted});
    return section;
}

namespace head {

std::string commandOf(const RunReport& report)
{
    return "descent-cli replay " + report.record.id + " --runs " + report.record.folder.parent_path().string();
}

void addProof(const RunReport& report, Section& section)
{
    const base::Value& proof = report.certificate;
    if (proof.isNull()) {
        section.blocks.push_back(Paragraph{
            "No replay of this run is kept with it: that its weights come out the same again has not been shown. "
            "This trains it again and compares the weights step by step:"});
        section.blocks.push_back(Code{commandOf(report)});
        return;
    }
    const bool identical = proof["identical"].toBool();
    const std::int64_t to = proof["to"].toInt(), from = proof["from"].toInt(), steps = stepsOf(report);
    const base::Value& first = proof["first_difference"];
    std::string text = "It was trained again from step " + countOf(from) + " to step " + countOf(to) + ": ";
    if (identical)
        text +=
            countOf(proof["steps_checked"].toInt(), "step", "steps") + " compared, every weight bit for bit the same.";
    else if (first.isObject())
        text += "the weights part at step " + countOf(first["step"].toInt()) + ", first in " + first["tensor"].text() +
                " (" + first["cause"].text() + ").";
    else
        text += "nothing could be compared.";
    section.blocks.push_back(Paragraph{std::move(text), identical ? Tone::Good : Tone::Problem});
    if (to < steps)
        section.blocks.push_back(
            Paragraph{"The run has gone on since, to step " + countOf(steps) + ": what came after is not covered.",
                      Tone::Problem});
    for (const base::Value& note : proof["notes"].array())
        section.blocks.push_back(Paragraph{note.text(), Tone::Muted});
    section.blocks.push_back(Paragraph{"This shows it once more:", Tone::Muted});
    section.blocks.push_back(Code{commandOf(report)});
}

}

Section certificateOf(const RunReport& report)
{
    Section section{"certificate", "Can it be done again?"};
    if (head::imported(report)) {
        section.blocks.push_back(Paragraph{"This run was made by another program: it cannot be trained again here."});
        return section;
    }
    head::addProof(report, section);
    const events::RunOpened& opened = *report.record.opened;
    Table table{{{"what its bits depend on"}, {""}}};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty())
            table.rows.push_back({{name, false, Tone::Muted}, {value}});
    };
    add("library", opened.torch);
    add("instruction set", opened.cpu);
    add("device", opened.device);
    add("threads", countOf(opened.threads));
    add("seed", textOf(report.record.spec["train"]["seed"]));
    add("precision", report.record.spec["train"]["precision"].text());
    add("deterministic", textOf(report.record.spec["train"]["deterministic"]));
    std::int64_t edits = 0;
    for (const events::Event& event : report.record.events)
        edits += std::holds_alternative<events::Edited>(event);
    add("edits while it went", edits > 0 ? countOf(edits) : "");
    add("branched from", opened.parent.empty() ? "" : opened.parent + " at step " + countOf(opened.parentStep));
    if (const auto& end = report.record.finished)
        add("digest of the last weights", end->digest);
    section.blocks.push_back(std::move(table));
    return section;
}

namespace head {

void warnOfTest(const RunReport& report, const std::function<void(std::string)>& say)
{
    const store::RunSummary& run = report.summary;
    if (run.testOpenings == 0) {
        if (report.data.rows[2] > 0)
            say("The test part (" + countOf(report.data.rows[2], "row", "rows") +
                ") has not been opened: no figure here is of it.");
        return;
    }
    std::string text = "The test part was opened " +
                       (run.testOpenings == 1 ? std::string("once") : countOf(run.testOpenings) + " times");
    for (const auto& [name, value] : run.testMetrics)
        text += (name == run.testMetrics.front().first ? ": " : ", ") + name + " " + figureOf(name, value);
    text += " on " + countOf(run.testRows, "row", "rows") + ".";
    if (report.optimism > 0)
        text += " If the best of these looks was chosen, its accuracy flatters by about " + percentOf(report.optimism) +
                ".";
    say(text);
}

}

Section cautionsOf(const RunReport& report)
{
    Section section{"cautions", "What to keep in mind"};
    const auto say = [&](std::string text) { section.blocks.push_back(Paragraph{"– " + std::move(text)}); };
    if (!head::imported(report)) {
        say("This is one run with one seed. Another seed gives other figures; how far they lie apart takes several "
            "runs "
            "to tell.");
        head::warnOfTest(report, say);
    }
    if (!isOver(report))
        say("The run was still going when this was written.");
    if (const head::Best best = head::bestOf(report); best.step >= 0) {
        const store::Series* series = seriesOf(report, best.metric);
        const auto looks = series ? std::int64_t(series->values.size()) : 0;
        if (best.metric.starts_with("validation/") && looks > 1)
            say("The best " + best.metric + " is the best of " + countOf(looks, "evaluation", "evaluations") +
                " of the same rows: it flatters a little.");
        const double a = best.value;
        if (best.metric == "validation/accuracy" && report.data.rows[1] > 0 && a > 0 && a < 1)
            say("With " + countOf(report.data.rows[1], "validation row", "validation rows") +
                " an accuracy is known to about ± " + percentOf(std::sqrt(a * (1 - a) / double(report.data.rows[1]))) +
                " (one standard error).");
    }
    for (const DataFacts::Problem& problem : report.data.problems)
        if (problem.kind.find("leak") != problem.kind.npos)
            say("The data may give the answer away: " + problem.message + ".");
    if (report.record.spec["train"]["deterministic"].isBool() && !report.record.spec["train"]["deterministic"].toBool())
        say("It was trained with train.deterministic off: training it again need not give the same bits.");
    return section;
}

}
