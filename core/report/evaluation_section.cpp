// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/figure.h"
#include "core/report/sections.h"

#include <algorithm>
#include <cmath>

namespace core::report {

using debug::figure;

namespace evaluation {

constexpr std::size_t mostClassesDrawn = 30, mostRocs = 6, mostPoints = 1500, mostFeatures = 20, mostDiagonals = 6;

std::string rowsText(const Scores& scores)
{
    const std::string where = " of the " + scores.split + " split", many = scores.row + "s";
    if (scores.every > 1)
        return "every " + countOf(scores.every) + "th " + scores.row + where + " (" + countOf(scores.rows()) + " of " +
               countOf(scores.allRows) + ")";
    if (scores.allRows > scores.rows())
        return "the first " + countOf(scores.rows()) + " of " + countOf(scores.allRows) + " " + many + where;
    return countOf(scores.rows(), scores.row.c_str(), many.c_str()) + where;
}

Table classTable(const Scores& scores, const std::vector<std::int64_t>& counts)
{
    Table table{{{"class"}, {"precision", true}, {"recall", true}, {"F1", true}, {scores.row + "s", true}}};
    const auto add = [&](const std::string& name, const ClassFigures& one, Tone tone) {
        table.rows.push_back({{name, false, tone},
                              {percentOf(one.precision)},
                              {percentOf(one.recall)},
                              {percentOf(one.f1)},
                              {countOf(one.support)}});
    };
    const std::vector<ClassFigures> classes = classFigures(counts);
    for (std::size_t c = 0; c < classes.size(); ++c)
        add(scores.classes[c], classes[c], Tone::Body);
    add("mean of the classes", macroOf(counts), Tone::Muted);
    if (classes.size() > mostClassesDrawn)
        table.fold = "All " + countOf(std::int64_t(classes.size())) + " classes";
    return table;
}

void addClasses(const RunReport& report, Section& section)
{
    const Scores& scores = report.scores;
    const std::vector<std::int64_t> counts = confusionOf(scores);
    const ClassFigures mean = macroOf(counts);
    section.blocks.push_back(Figures{{{"accuracy", percentOf(accuracyOf(counts)), "of " + rowsText(scores)},
                                      {"precision", percentOf(mean.precision), "mean of the classes"},
                                      {"recall", percentOf(mean.recall), "mean of the classes"},
                                      {"F1", percentOf(mean.f1), "mean of the classes"}}});
    if (scores.classes.size() <= mostClassesDrawn) {
        Chart chart{"Confusion matrix", "", "rows: truth, columns: predicted"};
        chart.content = Confusion{scores.classes, counts};
        section.blocks.push_back(Charts{{std::move(chart)}});
    }
    section.blocks.push_back(classTable(scores, counts));
}

// Evenly spread rows, so that a picture of a million stays small.
Chart residualChart(const Scores& scores)
{
    Curve points{{}, {}, {}, Stroke::Points, 0};
    const std::int64_t step = std::max<std::int64_t>(1, scores.rows() / std::int64_t(mostPoints));
    for (std::int64_t row = 0; row < scores.rows(); row += step) {
        points.x.push_back(scores.truths[std::size_t(row)]);
        points.y.push_back(scores.value(row) - scores.truths[std::size_t(row)]);
    }
    Chart chart{"Residuals", "truth", "predicted − true"};
    chart.wide = false;
    Curves curves;
    curves.zero = true;
    curves.curves.push_back(std::move(points));
    chart.content = std::move(curves);
    return chart;
}

Chart spreadChart(const Scores& scores)
{
    std::vector<double> errors;
    for (std::int64_t row = 0; row < scores.rows(); ++row)
        errors.push_back(scores.value(row) - scores.truths[std::size_t(row)]);
    const auto [least, most] = std::ranges::minmax(errors);
    Chart chart{"How the residuals are spread", "predicted − true", scores.row + "s"};
    chart.wide = false;
    chart.content = Histogram{least, most > least ? most : least + 1, countsOf(errors, least, most, 30)};
    return chart;
}

void addNumbers(const RunReport& report, Section& section)
{
    const Residuals all = residualsOf(report.scores);
    section.blocks.push_back(Figures{{{"RMSE", figure(all.rmse), "of " + rowsText(report.scores)},
                                      {"mean |error|", figure(all.mae), "in the target's own unit"},
                                      {"R²", std::isfinite(all.r2) ? figure(all.r2) : "–", "1: all of it is explained"},
                                      {"mean error", figure(all.mean), "predicted − true"}}});
    section.blocks.push_back(Charts{{residualChart(report.scores), spreadChart(report.scores)}});
}

// What the run itself recorded last.
void addRecorded(const RunReport& report, Section& section)
{
    Table table{{{"figure"}, {"last", true}, {"at step", true}}};
    for (const auto& [name, series] : report.record.scalars)
        if (name.starts_with("validation/") && !series.steps.empty() && name.find("/per_class/") == name.npos)
            table.rows.push_back({{name}, {figureOf(name, series.values.back())}, {countOf(series.steps.back())}});
    if (!table.rows.empty())
        section.blocks.push_back(std::move(table));
}

}

Section evaluationOf(const RunReport& report)
{
    using namespace evaluation;
    Section section{"evaluation", "How well it does"};
    const Scores& scores = report.scores;
    if (scores.empty()) {
        if (!report.noScores.empty())
            section.blocks.push_back(Paragraph{report.noScores, Tone::Muted});
    } else {
        section.blocks.push_back(Paragraph{"The weights after " + countOf(scores.step, "update", "updates") +
                                               " were asked about " + rowsText(scores) + ".",
                                           Tone::Muted});
        scores.classes.empty() ? addNumbers(report, section) : addClasses(report, section);
    }
    addRecorded(report, section);
    if (section.blocks.empty())
        section.blocks.push_back(Paragraph{"Nothing was evaluated.", Tone::Muted});
    return section;
}

namespace evaluation {

void addLabels(const RunReport& report, Section& section)
{
    const DataFacts& data = report.data;
    Charts charts;
    if (!data.classes.empty()) {
        Bars bars;
        for (std::size_t c = 0; c < data.classes.size() && c < mostClassesDrawn; ++c) {
            std::int64_t rows = 0;
            for (const auto& part : data.classRows)
                rows += c < part.size() ? part[c] : 0;
            bars.bars.push_back({data.classes[c], double(rows), countOf(rows)});
        }
        charts.charts.push_back({"Distribution of true labels", "", "rows", std::move(bars)});
    } else if (!data.targets.counts.empty()) {
        charts.charts.push_back({"Distribution of true labels", data.target, "rows", data.targets});
    }
    if (!charts.charts.empty())
        section.blocks.push_back(std::move(charts));
}

void addLoss(const RunReport& report, Section& section)
{
    Curves curves;
    int color = 0;
    for (const char* name : {"train/loss", "validation/loss"})
        if (const store::Series* series = seriesOf(report, name))
            curves.curves.push_back({std::string(name).substr(0, std::string(name).find('/')),
                                     {series->steps.begin(), series->steps.end()},
                                     series->values,
                                     color++ > 0 ? Stroke::Thick : Stroke::Thin,
                                     0});
    if (!curves.curves.empty())
        section.blocks.push_back(Charts{{Chart{"Loss against rounds", "round", "", std::move(curves)}}});
}

void addImportance(const RunReport& report, Section& section)
{
    if (report.importance.empty())
        return;
    section.blocks.push_back(Heading{"Feature importance"});
    section.blocks.push_back(
        Paragraph{"weight: splits that ask for a feature. gain and cover: what such a split gains, and the rows that "
                  "come by it, on average; total: in all.",
                  Tone::Muted});
    Charts charts;
    for (const Importance& one : report.importance) {
        Bars bars;
        for (const auto& [name, value] : one.features)
            if (bars.bars.size() < mostFeatures && value > 0)
                bars.bars.push_back({name, value, figure(value), 0});
        std::string title = one.kind;
        std::ranges::replace(title, '_', ' ');
        charts.charts.push_back({title, "", "", std::move(bars), false});
    }
    section.blocks.push_back(std::move(charts));
}

// Each element of the matrix's diagonal as a share of its row, evaluation by evaluation.
void addDiagonals(const RunReport& report, Section& section)
{
    const std::string recall = "validation/per_class/recall/";
    std::vector<Curves> parts;
    std::size_t classes = 0;
    for (const auto& [name, series] : report.record.scalars) {
        if (!name.starts_with(recall) || series.steps.empty())
            continue;
        if (classes++ % mostDiagonals == 0)
            parts.emplace_back();
        Curves& curves = parts.back();
        curves.curves.push_back({name.substr(recall.size()),
                                 {series.steps.begin(), series.steps.end()},
                                 series.values,
                                 Stroke::Thick,
                                 int(curves.curves.size())});
    }
    if (parts.empty())
        return;
    Charts charts;
    for (Curves& curves : parts)
        charts.charts.push_back({"Accuracy of each diagonal element over rounds", "round",
                                 "rows of a class that were taken for it, as a share", std::move(curves)});
    section.blocks.push_back(std::move(charts));
}

// Two classes have one curve; of more each stands against the rest.
void addRoc(const Scores& scores, Section& section)
{
    const bool two = scores.classes.size() == 2;
    Curves curves;
    curves.share = true;
    curves.curves.push_back({{}, {0, 1}, {0, 1}, Stroke::Dashed});
    Bars areas;
    for (std::size_t c = two ? 1 : 0; c < scores.classes.size() && areas.bars.size() < mostClassesDrawn; ++c) {
        Roc roc = rocOf(scores, c);
        if (!std::isfinite(roc.area))
            continue;
        areas.bars.push_back({scores.classes[c], roc.area, figure(roc.area)});
        if (curves.curves.size() <= mostRocs)
            curves.curves.push_back({scores.classes[c], std::move(roc.falseRate), std::move(roc.trueRate),
                                     Stroke::Thick, int(curves.curves.size()) - 1});
    }
    if (areas.bars.empty())
        return;
    section.blocks.push_back(Charts{
        {Chart{two ? "ROC" : "ROC, each class against the rest", "share of false alarms", "right alarms",
               std::move(curves), false},
         Chart{"Area under the curve (AUC)", "", two ? "" : "0.5: a guess, 1: told apart", std::move(areas), false}}});
}

void addErrors(const Scores& scores, Section& section)
{
    Table table{{{"labels from"}, {"to"}, {"rows", true}, {"mean |error|", true}}};
    Bars bars;
    for (const ErrorBin& bin : errorsByTruth(scores)) {
        const std::string error = bin.rows > 0 ? figure(bin.absolute) : "–";
        table.rows.push_back({{figure(bin.low)}, {figure(bin.high)}, {countOf(bin.rows)}, {error}});
        bars.bars.push_back({figure(bin.low) + " to " + figure(bin.high), bin.rows > 0 ? bin.absolute : 0, error});
    }
    section.blocks.push_back(Charts{{Chart{"Absolute " + scores.split + " error by label", "",
                                           "mean |error| in each part of the labels", std::move(bars)}}});
    section.blocks.push_back(std::move(table));
}

}

Section treesOf(const RunReport& report)
{
    using namespace evaluation;
    Section section{"trees", "Boosted trees"};
    if (!report.trees())
        return section;
    addLabels(report, section);
    addLoss(report, section);
    addImportance(report, section);
    addDiagonals(report, section);
    if (report.scores.empty()) {
        section.blocks.push_back(
            Paragraph{report.noScores.empty() ? "Nothing was predicted." : report.noScores, Tone::Muted});
    } else if (report.scores.classes.empty()) {
        addErrors(report.scores, section);
    } else {
        addRoc(report.scores, section);
    }
    return section;
}

}
