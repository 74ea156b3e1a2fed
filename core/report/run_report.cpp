// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/run_report.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/report/sections.h"

#include <cmath>

namespace core::report {

using base::Array;
using base::Object;
using base::Value;

namespace {

std::string subtitleOf(const RunReport& report)
{
    const std::string& name = report.record.spec["name"].text();
    return (name.empty() ? "" : name + " · ") + "begun " + dateOf(report.record.created) + " · report written " +
           dateOf(report.written);
}

void add(Section section, Document& document)
{
    if (!section.blocks.empty())
        document.sections.push_back(std::move(section));
}

Value numberOf(double value)
{
    return std::isfinite(value) ? Value(value) : Value();
}

Value changesOf(const debug::Changes& changes)
{
    Object all;
    for (const auto& [path, value] : changes)
        all.set(path, value);
    return all;
}

Value triedOf(const std::vector<Tried>& tried)
{
    Array all;
    for (const Tried& one : tried)
        all.push_back(Object{{"run", one.run},
                             {"fix", one.label},
                             {"step", one.step},
                             {"changes", changesOf(one.changes)},
                             {"verdict", one.better > 0   ? "better"
                                         : one.better < 0 ? "worse"
                                                          : "same"},
                             {"sentence", one.verdict}});
    return all;
}

Value findingsOf(const std::vector<Watched>& rules)
{
    Array all;
    for (const Watched& rule : rules) {
        if (!rule.first)
            continue;
        Array fixes;
        for (const debug::Offer& fix : rule.fixes)
            fixes.push_back(debug::toValue(fix));
        Array causes;
        for (const debug::RankedCause& cause : rule.causes)
            causes.push_back(Object{{"cause", cause.cause}, {"seen", cause.seen}});
        all.push_back(Object{{"rule", rule.name},
                             {"step", rule.first->step},
                             {"last", rule.last},
                             {"times", rule.fired},
                             {"tensor", rule.first->tensor},
                             {"message", rule.first->message},
                             {"value", numberOf(rule.first->value)},
                             {"threshold", numberOf(rule.first->threshold)},
                             {"causes", std::move(causes)},
                             {"fixes", std::move(fixes)},
                             {"tried", triedOf(rule.tried)}});
    }
    return all;
}

Value settingsOf(const std::vector<Setting>& settings)
{
    Array changed;
    for (const Setting& one : settings)
        if (one.changed)
            changed.push_back(Object{{"path", one.path}, {"value", one.value}, {"default", one.usual}});
    return changed;
}

Value dataOf(const DataFacts& data)
{
    Array problems;
    for (const DataFacts::Problem& problem : data.problems)
        problems.push_back(Object{{"kind", problem.kind},
                                  {"column", problem.column},
                                  {"message", problem.message},
                                  {"remedy", problem.remedy}});
    Array classes;
    for (const std::string& name : data.classes)
        classes.push_back(name);
    return Object{{"source", data.source},
                  {"task", data.task},
                  {"target", data.target},
                  {"rows", Object{{"train", data.rows[0]}, {"validation", data.rows[1]}, {"test", data.rows[2]}}},
                  {"classes", std::move(classes)},
                  {"problems", std::move(problems)},
                  {"unread", data.unread}};
}

Value classesOf(const Scores& scores, const std::vector<std::int64_t>& counts)
{
    Array all;
    const std::vector<ClassFigures> classes = classFigures(counts);
    for (std::size_t c = 0; c < classes.size(); ++c)
        all.push_back(Object{{"class", scores.classes[c]},
                             {"precision", classes[c].precision},
                             {"recall", classes[c].recall},
                             {"f1", classes[c].f1},
                             {"support", classes[c].support},
                             {"auc", numberOf(rocOf(scores, c).area)}});
    return all;
}

Value evaluationOf(const Scores& scores)
{
    if (scores.empty())
        return {};
    Object object{{"split", scores.split}, {"step", scores.step}, {"rows", scores.rows()}, {"row", scores.row}};
    if (scores.classes.empty()) {
        const Residuals all = residualsOf(scores);
        object.set("rmse", numberOf(all.rmse));
        object.set("mae", numberOf(all.mae));
        object.set("r2", numberOf(all.r2));
        object.set("mean_error", numberOf(all.mean));
        Array bins;
        for (const ErrorBin& bin : errorsByTruth(scores))
            bins.push_back(Object{
                {"low", bin.low}, {"high", bin.high}, {"rows", bin.rows}, {"absolute_error", numberOf(bin.absolute)}});
        object.set("error_by_label", std::move(bins));
        return object;
    }
    const std::vector<std::int64_t> counts = confusionOf(scores);
    Array matrix;
    for (std::size_t t = 0; t < scores.classes.size(); ++t) {
        Array row;
        for (std::size_t p = 0; p < scores.classes.size(); ++p)
            row.emplace_back(counts[t * scores.classes.size() + p]);
        matrix.push_back(std::move(row));
    }
    object.set("accuracy", numberOf(accuracyOf(counts)));
    object.set("confusion", std::move(matrix));
    object.set("classes", classesOf(scores, counts));
    return object;
}

Value importanceOf(const std::vector<Importance>& importance)
{
    Object all;
    for (const Importance& one : importance) {
        Object features;
        for (const auto& [name, value] : one.features)
            features.set(name, numberOf(value));
        all.set(one.kind, std::move(features));
    }
    return all;
}

}

Document documentOf(const RunReport& report)
{
    Document document{report.record.id, subtitleOf(report)};
    add(headOf(report), document);
    add(curvesOf(report), document);
    add(findingsOf(report), document);
    add(evaluationOf(report), document);
    add(cautionsOf(report), document);
    add(treesOf(report), document);
    add(dataOf(report), document);
    add(modelOf(report), document);
    add(profileOf(report), document);
    add(settingsOf(report), document);
    add(familyOf(report), document);
    add(certificateOf(report), document);
    return document;
}

Document treesDocumentOf(const RunReport& report)
{
    Document document{"Boosted trees: " + report.record.id, subtitleOf(report)};
    add(headOf(report), document);
    add(treesOf(report), document);
    add(evaluationOf(report), document);
    return document;
}

Value toValue(const RunReport& report)
{
    const auto& opened = report.record.opened;
    Object test{{"openings", report.summary.testOpenings}};
    Object object{{"run", report.record.id},
                  {"status", std::string(events::name(report.record.state))},
                  {"steps", stepsOf(report)},
                  {"device", opened ? opened->device : std::string()},
                  {"seed", report.record.spec["train"]["seed"]},
                  {"digest", report.record.finished ? report.record.finished->digest : std::string()},
                  {"best", report.summary.bestEpoch >= 0 ? Value(Object{{"metric", report.summary.bestMetric},
                                                                        {"value", numberOf(report.summary.bestValue)},
                                                                        {"epoch", report.summary.bestEpoch}})
                                                         : Value()},
                  {"settings", settingsOf(report.settings)},
                  {"findings", findingsOf(report.rules)},
                  {"branches", triedOf(report.branches)},
                  {"data", dataOf(report.data)},
                  {"evaluation", evaluationOf(report.scores)},
                  {"feature_importance", importanceOf(report.importance)},
                  {"parameters", report.model.parameters},
                  {"profile", report.profile ? debug::toValue(*report.profile) : Value()},
                  {"certificate", report.certificate},
                  {"test", std::move(test)}};
    Array cautions;
    for (const Block& block : cautionsOf(report).blocks)
        if (const auto* paragraph = std::get_if<Paragraph>(&block))
            cautions.push_back(paragraph->text.substr(paragraph->text.find(' ') + 1));
    object.set("cautions", std::move(cautions));
    return object;
}

std::string summaryOf(const RunReport& report)
{
    std::string text = report.record.id + "\n";
    for (const Block& block : headOf(report).blocks) {
        if (const auto* paragraph = std::get_if<Paragraph>(&block))
            text += paragraph->text + "\n";
        if (const auto* figures = std::get_if<Figures>(&block))
            for (const Figures::Figure& one : figures->figures)
                text += "  " + one.name + ": " + one.value + (one.note.empty() ? "" : " (" + one.note + ")") + "\n";
    }
    for (const Watched& rule : report.rules)
        if (rule.first)
            text +=
                "▲ " + rule.name + " at step " + std::to_string(rule.first->step) + ": " + rule.first->message + "\n";
    return text;
}

}
