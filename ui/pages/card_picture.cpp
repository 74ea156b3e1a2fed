// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/card_picture.h"

#include "ui/plots/surface_plot.h"
#include "ui/style/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace ui::pages {

using core::events::ConfusionFrame;
using core::events::RunState;
using core::events::SurfaceFrame;
using core::store::RunRecord;
using models::Card;
using plots::Line;
using plots::SparkCurve;
using plots::SparkData;
using style::Theme;

namespace {

constexpr double labelWidth = 48;
constexpr double stretchOfStopped = 2.5; ///< how far behind the stop the other run is shown

template <class T>
const T* lastEvent(const RunRecord& record)
{
    for (auto event = record.events.rbegin(); event != record.events.rend(); ++event)
        if (const T* found = std::get_if<T>(&*event))
            return found;
    return nullptr;
}

const core::store::Series* seriesOf(const RunRecord& record, const char* name)
{
    const auto found = record.scalars.find(name);
    return found == record.scalars.end() || found->second.steps.empty() ? nullptr : &found->second;
}

/// Training rows evaluated as validation is, where the run has it: step values jump too much for a thumbnail.
const core::store::Series* trainingOf(const RunRecord& record)
{
    const auto* fair = seriesOf(record, "train_eval/loss");
    return fair ? fair : seriesOf(record, "train/loss");
}

SparkCurve curveOf(const core::store::Series& series, int color, Line line)
{
    SparkCurve curve{{}, series.values, color, line};
    curve.x.assign(series.steps.begin(), series.steps.end());
    return curve;
}

double plannedEnd(const RunRecord& record)
{
    return record.opened ? double(record.opened->totalSteps) : 0;
}

/// As on the Train page: the run that was trained last is in front, those before it follow.
int colorOf(const Card& card, std::size_t run)
{
    return int(card.recording.size() - 1 - run);
}

/// The whole run dashed behind, in front the one that was stopped, with its best epoch.
void paintStopped(QPainter& painter, const QRectF& area, const Card& card, const Theme& theme)
{
    const RunRecord& stopped = card.recording.back();
    const auto* until = seriesOf(stopped, "validation/loss");
    if (!until)
        return;
    SparkData data;
    data.end = double(until->steps.back()) * stretchOfStopped;
    for (std::size_t i = 0; i < card.recording.size(); ++i)
        if (const auto* loss = seriesOf(card.recording[i], "validation/loss")) {
            SparkCurve curve = curveOf(*loss, colorOf(card, i), Line::Validation);
            const auto inside = std::size_t(std::ranges::upper_bound(curve.x, data.end) - curve.x.begin());
            curve.x.resize(inside);
            curve.y.resize(inside);
            curve.dashed = i + 1 < card.recording.size();
            data.curves.push_back(std::move(curve));
        }
    if (const auto* best = lastEvent<core::events::BestChanged>(stopped))
        data.mark = double(best->step);
    plots::paintSparkline(painter, area, data, theme);
}

/// One past and two futures: the run that was left alone dashed from where the other one branched.
void paintFutures(QPainter& painter, const QRectF& area, const Card& card, const Theme& theme)
{
    const RunRecord& branch = card.recording.back();
    const double parted = branch.opened ? double(branch.opened->parentStep) : 0;
    SparkData data;
    data.logY = true;
    for (std::size_t i = 0; i < card.recording.size(); ++i) {
        const auto* loss = seriesOf(card.recording[i], "validation/loss");
        if (!loss)
            continue;
        SparkCurve curve = curveOf(*loss, colorOf(card, i), Line::Validation);
        if (i + 1 < card.recording.size()) {
            // The past is drawn once, with the run in front.
            const auto from = std::size_t(std::ranges::lower_bound(curve.x, parted) - curve.x.begin());
            curve.x.erase(curve.x.begin(), curve.x.begin() + std::ptrdiff_t(from));
            curve.y.erase(curve.y.begin(), curve.y.begin() + std::ptrdiff_t(from));
            curve.dashed = true;
        }
        data.curves.push_back(std::move(curve));
    }
    data.mark = parted;
    plots::paintSparkline(painter, area, data, theme);
}

/// Smallest and largest decimal logarithm of all values.
std::pair<double, double> reachOf(const SparkData& data)
{
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (const SparkCurve& curve : data.curves)
        for (const double y : curve.y)
            if (std::isfinite(y) && y > 0) {
                low = std::min(low, std::log10(y));
                high = std::max(high, std::log10(y));
            }
    return high > low ? std::pair(low, high) : std::pair(0.0, 1.0);
}

void paintRuns(QPainter& painter, const QRectF& area, const Card& card, const Theme& theme)
{
    SparkData data;
    data.logY = true;
    std::vector<std::pair<double, std::size_t>> ends;
    for (std::size_t i = 0; i < card.recording.size(); ++i)
        if (const auto* loss = trainingOf(card.recording[i])) {
            SparkCurve curve = curveOf(*loss, colorOf(card, i), Line::Validation);
            // Runs of different batch sizes make different numbers of steps: each is drawn over its own length.
            const double length = std::max(1.0, plannedEnd(card.recording[i]));
            for (double& x : curve.x)
                x /= length;
            data.curves.push_back(std::move(curve));
        }
    data.end = 1;
    const double reach = labelWidth * theme.scale;
    plots::paintSparkline(painter, area.adjusted(0, 0, -reach, 0), data, theme);
    for (std::size_t i = 0; i < data.curves.size(); ++i) {
        const auto shown = std::find_if(data.curves[i].y.rbegin(), data.curves[i].y.rend(),
                                        [](double y) { return std::isfinite(y) && y > 0; });
        ends.emplace_back(shown == data.curves[i].y.rend() ? 1 : *shown, i);
    }
    std::ranges::sort(ends, std::greater<>());
    painter.setFont(theme.body());
    const double line = painter.fontMetrics().height();
    const auto [low, high] = reachOf(data);
    double top = area.top();
    for (std::size_t place = 0; place < ends.size(); ++place) {
        const auto& [value, i] = ends[place];
        // At the end of its curve, but not over the label before it and with room for those after it.
        const double wanted = area.bottom() - area.height() * (std::log10(value) - low) / (high - low) - line / 2;
        const double y = std::min(std::max(wanted, top), area.bottom() - double(ends.size() - place) * line);
        top = y + line;
        painter.setPen(theme.readable(theme.run(colorOf(card, i))));
        const QRectF box(area.right() - reach + 8, y, reach - 8, line);
        painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, i < card.runs.size() ? card.runs[i].label : QString());
    }
}

void paintConfusion(QPainter& painter, const QRectF& area, const ConfusionFrame& frame, const Theme& theme)
{
    const int n = int(frame.classes);
    const double cell = std::floor(std::min(area.width(), area.height()) / n);
    const QPointF corner(std::round(area.center().x() - cell * n / 2), std::round(area.center().y() - cell * n / 2));
    for (int truth = 0; truth < n; ++truth) {
        double sum = 0;
        for (int said = 0; said < n; ++said)
            sum += double(frame.counts[std::size_t(truth * n + said)]);
        for (int said = 0; said < n; ++said) {
            const double share = sum > 0 ? double(frame.counts[std::size_t(truth * n + said)]) / sum : 0;
            QColor color = theme.accent;
            // The square root lets a tenth be seen beside nine tenths.
            color.setAlphaF(float(std::sqrt(share)));
            const QRectF place(corner.x() + said * cell, corner.y() + truth * cell, cell - 1, cell - 1);
            painter.fillRect(place, theme.grid);
            painter.fillRect(place, color);
        }
    }
}

void paintTable(QPainter& painter, const QRectF& area, const Theme& theme)
{
    const int rows = 5, columns = 4;
    const QRectF table(area.center().x() - 96 * theme.scale, area.top(), 192 * theme.scale, area.height());
    const double width = table.width() / columns, height = table.height() / rows;
    painter.fillRect(QRectF(table.right() - width, table.top(), width, table.height()), theme.hover);
    for (int row = 0; row < rows; ++row) {
        const double y = std::round(table.top() + (row + 1) * height);
        painter.fillRect(QRectF(table.left(), y, table.width(), 1), row == 0 ? theme.muted : theme.line);
        for (int column = 0; column < columns; ++column) {
            QColor color = row == 0 ? theme.muted : column == columns - 1 ? theme.accent : theme.line;
            const double length = width * (0.35 + 0.12 * ((row * 5 + column * 3) % 4));
            painter.fillRect(QRectF(table.left() + column * width + 8, y - height / 2 - 1.5, length - 8, 3), color);
        }
    }
}

}

SparkData sparkOf(const RunRecord& record, int color)
{
    SparkData data;
    data.logY = true;
    if (const auto* training = trainingOf(record))
        data.curves.push_back(curveOf(*training, color, Line::Training));
    if (const auto* validation = seriesOf(record, "validation/loss"))
        data.curves.push_back(curveOf(*validation, color, Line::Validation));
    const double end = plannedEnd(record);
    if (end > 0 && record.state != RunState::Completed)
        data.end = end;
    if ((record.state == RunState::Interrupted || record.state == RunState::Stopped) && !data.curves.empty() &&
        !data.curves[0].x.empty())
        data.broken = data.curves[0].x.back();
    return data;
}

void paintCardPicture(QPainter& painter, const QRectF& area, const Card& card, const Theme& theme)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    if (card.recording.empty()) {
        if (card.runs.empty())
            paintTable(painter, area, theme);
    } else if (card.picture == "runs") {
        paintRuns(painter, area, card, theme);
    } else if (card.picture == "futures") {
        paintFutures(painter, area, card, theme);
    } else if (card.picture == "stopped") {
        paintStopped(painter, area, card, theme);
    } else if (const auto* matrix = lastEvent<ConfusionFrame>(card.recording.back());
               card.picture == "confusion" && matrix) {
        paintConfusion(painter, area, *matrix, theme);
    } else {
        SparkData data = sparkOf(card.recording.back());
        data.gap = true;
        if (const auto* best = lastEvent<core::events::BestChanged>(card.recording.back()))
            data.mark = double(best->step);
        plots::paintSparkline(painter, area, data, theme);
    }
    painter.restore();
}

void paintCardPanelPicture(QPainter& painter, const QRectF& area, const Card& card, const Theme& theme)
{
    const SurfaceFrame* frame = card.recording.empty() ? nullptr : lastEvent<SurfaceFrame>(card.recording.back());
    if (!frame) {
        paintCardPicture(painter, area.adjusted(8, 8, -8, -8), card, theme);
        return;
    }
    const double ratio = painter.device()->devicePixelRatioF();
    QImage image = plots::surfaceImage(*frame, (area.size() * ratio).toSize(), theme);
    image.setDevicePixelRatio(ratio);
    painter.drawImage(area.topLeft(), image);
}

QString filled(QString text, const Card& card)
{
    if (card.recording.empty())
        return text.contains('{') ? QString() : text;
    const RunRecord& record = card.recording.back();
    if (record.opened) {
        text.replace("{parameters}", style::count(record.opened->parameters));
        text.replace("{branch}", style::count(record.opened->parentStep));
        text.replace("{rows}", style::count(record.opened->trainRows));
    }
    if (record.finished) {
        text.replace("{epochs}", style::count(record.finished->epochs));
        text.replace("{best}", style::count(record.finished->bestEpoch));
        for (const auto& [name, value] : record.finished->metrics)
            if (name == "validation/accuracy")
                text.replace("{accuracy}", style::percent(value));
    }
    return text.contains('{') ? QString() : text;
}

}
