// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/time_bar.h"

#include "ui/bridge/time_travel.h"
#include "ui/bridge/workbench.h"
#include "ui/forms/text_forms.h"
#include "ui/models/progress_text.h"
#include "ui/pages/run_tree.h"
#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPushButton>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <set>

namespace ui::shell {

using style::theme;

namespace {

constexpr int timeBarHeight = 64;
constexpr int margin = 24;

}

TimeBar::TimeBar(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_goOn(new QPushButton(tr("Go on from here"), this)),
      m_live(new QPushButton(tr("Live"), this))
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    m_goOn->setObjectName(QStringLiteral("goOn"));
    m_goOn->setToolTip(
        tr("Grows a new run from this step, with what you change in the forms. The run that you see stays "
           "as it is.  Ctrl+B"));
    m_live->setObjectName(QStringLiteral("backToLive"));
    m_live->setToolTip(tr("Back to the newest step  Esc"));
    connect(m_goOn, &QPushButton::clicked, this, [this] {
        auto& travel = m_bench.travel();
        travel.progress() ? travel.cancel() : travel.branch();
    });
    connect(m_live, &QPushButton::clicked, this, [this] { m_bench.travel().goLive(); });
    connect(&m_bench.travel(), &bridge::TimeTravel::moved, this, &TimeBar::refresh);
    connect(&m_bench.travel(), &bridge::TimeTravel::progressChanged, this, &TimeBar::refresh);
    connect(&m_bench.document(), &bridge::ExperimentDocument::changed, this, &TimeBar::refresh);
    refit();
    for (auto signal :
         {&bridge::Workbench::frontChanged, &bridge::Workbench::stateChanged, &bridge::Workbench::advanced})
        connect(&bench, signal, this, &TimeBar::refresh);
    setAccessibleName(tr("Time bar"));
    refresh();
}

void TimeBar::refresh()
{
    const models::RunModel* run = m_bench.front();
    const auto& travel = m_bench.travel();
    const bool away = travel.away();
    m_goOn->setVisible(away);
    m_live->setVisible(away);
    if (away) {
        const auto changes = travel.changes();
        QString text = tr("Go on from here");
        if (travel.progress())
            text = tr("Going back %1 % – cancel").arg(qRound(100 * *travel.progress()));
        else if (changes.size() == 1)
            text = tr("Go on with %1").arg(pages::changeText({{changes[0].first, {}, changes[0].second}}));
        else if (changes.size() > 1)
            text = tr("Go on with %1 changes").arg(changes.size());
        m_goOn->setText(text);
    }
    placeButtons();
    setAccessibleDescription(
        run ? (away ? tr("step %1 of %2").arg(style::count(qint64(shownStep())), style::count(run->step()))
                    : models::stepText(*run) + QStringLiteral(", ") + models::epochText(*run))
            : QString());
    update();
}

void TimeBar::placeButtons()
{
    const int height = std::lround(28 * theme().scale), middle = std::lround(30 * theme().scale);
    const int live = m_live->sizeHint().width(), on = m_goOn->sizeHint().width();
    m_live->setGeometry(width() - margin - live, middle - height / 2, live, height);
    m_goOn->setGeometry(width() - margin - live - 8 - on, middle - height / 2, on, height);
}

void TimeBar::resizeEvent(QResizeEvent*)
{
    placeButtons();
}

double TimeBar::shownStep() const
{
    const models::RunModel* run = m_bench.front();
    return run ? double(run->shownStep().value_or(run->step())) : 0;
}

QPointF TimeBar::placeOf(double step) const
{
    const Axis here = axis();
    return {here.x(step), here.y};
}

bool TimeBar::onAxis(const QPointF& point) const
{
    const Axis here = axis();
    return m_bench.front() && std::abs(point.y() - here.y) <= 24 * theme().scale && point.x() >= here.left - 10 &&
           point.x() <= here.right + 10;
}

void TimeBar::dragTo(double x)
{
    const Axis here = axis();
    const double share = std::clamp((x - here.left) / (here.right - here.left), 0.0, 1.0);
    m_bench.travel().goTo(std::llround(share * here.steps));
}

void TimeBar::mousePressEvent(QMouseEvent* event)
{
    m_dragging = event->button() == Qt::LeftButton && onAxis(event->position());
    if (m_dragging)
        dragTo(event->position().x());
}

void TimeBar::mouseMoveEvent(QMouseEvent* event)
{
    if (m_dragging)
        dragTo(event->position().x());
    setCursor(m_dragging || onAxis(event->position()) ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void TimeBar::mouseReleaseEvent(QMouseEvent*)
{
    m_dragging = false;
}

void TimeBar::keyPressEvent(QKeyEvent* event)
{
    const models::RunModel* run = m_bench.front();
    if (!run)
        return QWidget::keyPressEvent(event);
    auto& travel = m_bench.travel();
    const qint64 step = qint64(shownStep());
    const qint64 epoch = std::max<qint64>(1, run->opened().stepsPerEpoch);
    const qint64 far = event->modifiers() & Qt::ControlModifier ? epoch : 1;
    switch (event->key()) {
    case Qt::Key_Left:
        return travel.goTo(step - far);
    case Qt::Key_Right:
        return travel.goTo(step + far);
    case Qt::Key_PageDown:
        return travel.goTo(step - epoch);
    case Qt::Key_PageUp:
        return travel.goTo(step + epoch);
    case Qt::Key_Home:
        return travel.goTo(0);
    case Qt::Key_End:
    case Qt::Key_Escape:
        return travel.goLive();
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return travel.branch();
    default:
        QWidget::keyPressEvent(event);
    }
}

void TimeBar::refit()
{
    setFixedHeight(theme().scale > 1 ? 80 : timeBarHeight);
}

void TimeBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        refit();
    QWidget::changeEvent(event);
}

// What stands before the axis once the run is at its end, so that the axis stays where it is until then.
double TimeBar::widestText() const
{
    const models::RunModel* run = m_bench.front();
    if (!run)
        return 0;
    return std::max(QFontMetricsF(theme().strong()).horizontalAdvance(models::lastStepText(*run)),
                    QFontMetricsF(theme().body()).horizontalAdvance(models::lastEpochText(*run)));
}

TimeBar::Axis TimeBar::axis() const
{
    Axis axis;
    axis.left = margin + std::lround(std::max(128 * theme().scale, widestText() + 12));
    axis.right = m_goOn->isVisibleTo(this) ? m_goOn->x() - 24 : width() - std::lround(96 * theme().scale);
    axis.y = std::lround(36 * theme().scale);
    if (const models::RunModel* run = m_bench.front())
        axis.steps = std::max<double>({1, double(run->opened().totalSteps), double(run->step())});
    return axis;
}

QString TimeBar::describe(double x) const
{
    const models::RunModel* run = m_bench.front();
    if (!run)
        return {};
    const Axis here = axis();
    double nearest = 7;
    QString text;
    const auto offer = [&](double step, const QString& what) {
        if (const double away = std::abs(here.x(step) - x); away < nearest) {
            nearest = away;
            text = what;
        }
    };
    for (const auto& edit : run->edits())
        offer(double(edit.step), tr("%1 %2 → %3, edited at step %4")
                                     .arg(QString::fromStdString(edit.path), forms::textOf(edit.before),
                                          forms::textOf(edit.after), style::count(edit.step)));
    std::set<std::string> rules;
    for (const core::events::Finding& finding : run->findings())
        if (rules.insert(finding.rule).second)
            offer(double(finding.step), tr("%1 at step %2: %3")
                                            .arg(QString::fromStdString(finding.rule), style::count(finding.step),
                                                 QString::fromStdString(finding.message)));
    if (const auto& best = run->best())
        offer(double(best->step), tr("best %1: %2 at epoch %3")
                                      .arg(QString::fromStdString(best->metric), style::number(best->value))
                                      .arg(best->epoch));
    for (const auto& checkpoint : run->checkpoints())
        offer(double(checkpoint.step),
              tr("checkpoint at step %1, %2").arg(style::count(checkpoint.step), style::bytes(checkpoint.bytes)));
    return text;
}

bool TimeBar::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString text = describe(help->pos().x());
        text.isEmpty() ? QToolTip::hideText() : QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    return QWidget::event(event);
}

}
