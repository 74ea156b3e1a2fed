// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/run_curves.h"

#include "ui/models/run_figures.h"
#include "ui/models/run_model.h"
#include "ui/plots/live_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QSettings>
#include <QSlider>

#include <algorithm>
#include <limits>
#include <set>

namespace ui::pages {

using models::RunModel;
using plots::CurveSpec;
using plots::Line;
using plots::MarkSpec;
using plots::PanelSpec;
using style::Label;
using style::Tone;

namespace {

constexpr double defaultSmoothing = 0.6;
/// With epochs this short the metric of a single batch says little, and evaluations come often enough.
constexpr std::int64_t fewSteps = 50;
constexpr std::size_t mostFindings = 4; ///< rules that are marked on the curves

/// `lr 0.1 → 0.01`
QString editName(const core::events::Edited& edit)
{
    const QString name = QString::fromStdString(edit.path).section('.', -1);
    const QString before = models::readable(edit.before), after = models::readable(edit.after);
    return before == after ? QObject::tr("%1 changed").arg(name)
                           : QStringLiteral("%1 %2 → %3").arg(name, before, after);
}

QString titleOf(const QString& metric)
{
    if (metric == "r2")
        return QStringLiteral("R²");
    if (metric == "mae" || metric == "rmse")
        return metric.toUpper();
    return metric.left(1).toUpper() + QString(metric.mid(1)).replace('_', ' ');
}

QString epochText(std::int64_t epoch)
{
    return QObject::tr("epoch %1").arg(style::count(epoch));
}

}

RunCurves::RunCurves(QWidget* parent)
    : QWidget(parent),
      m_plot(new plots::LivePlot),
      m_controls(new QWidget),
      m_axis(new QComboBox),
      m_smoothing(new QSlider(Qt::Horizontal)),
      m_smoothingText(new Label({}, Tone::Muted)),
      m_log(new QCheckBox(tr("log"))),
      m_fair(new QCheckBox(tr("training, evaluated as validation is"))),
      m_singles(new QCheckBox(tr("single folds")))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(m_plot, 1);
    column->addWidget(m_controls);
    buildControls();
    restore();
}

void RunCurves::buildControls()
{
    auto* row = new QHBoxLayout(m_controls);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_axis->addItems({tr("step"), tr("epoch"), tr("time")});
    m_axis->setAccessibleName(tr("Horizontal axis"));
    m_axis->setToolTip(
        tr("What the horizontal axis counts. Runs with different batch sizes are fairly compared by epoch or time."));
    m_smoothing->setRange(0, 99);
    m_smoothing->setFixedWidth(88);
    m_smoothing->setAccessibleName(tr("Smoothing"));
    m_smoothing->setToolTip(
        tr("TensorBoard's debiased moving average of the step values; the raw values stay faint behind.\n"
           "s ← s·w + (1 − w)·y, shown s / (1 − wⁿ)"));
    m_log->setToolTip(tr("Logarithmic loss: equal distances are equal factors."));
    m_fair->setText(tr("fair training loss"));
    m_fair->setToolTip(
        tr("Training loss is measured with dropout and augmentation on and while the weights still change.\n"
           "This curve evaluates training rows as validation rows are: the fair partner (train_eval/loss)."));
    m_singles->setObjectName("singleFolds");
    m_singles->setToolTip(tr("The validation curve of each fold, in grey behind the mean. The band is one standard "
                             "deviation over the folds to either side,\nat equal epochs, as far as all folds reach."));
    m_singles->hide();
    row->addWidget(new Label(tr("Smoothing"), Tone::Muted));
    row->addWidget(m_smoothing);
    row->addWidget(m_smoothingText);
    row->addSpacing(8);
    row->addWidget(m_log);
    row->addSpacing(8);
    row->addWidget(m_fair);
    row->addSpacing(8);
    row->addWidget(m_singles);
    row->addStretch();
    row->addWidget(m_axis);
    connect(m_smoothing, &QSlider::valueChanged, this, [this](int percent) {
        m_smoothingText->setText(percent ? QString::number(percent / 100.0, 'f', 2) : tr("off"));
        m_plot->setSmoothing(percent / 100.0);
        QSettings().setValue("curves/smoothing", percent);
    });
    connect(m_axis, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_plot->setXAxis(plots::XAxis(index));
        QSettings().setValue("curves/axis", index);
    });
    connect(m_log, &QCheckBox::toggled, this, [this](bool on) {
        if (!m_plot->panels().empty())
            m_plot->setLogY(0, on);
        QSettings().setValue("curves/log", on);
    });
    connect(m_plot, &plots::LivePlot::logYChanged, this, [this](int panel, bool on) {
        if (panel == 0)
            m_log->setChecked(on);
    });
    for (const auto& [box, key] : {std::pair{m_fair, "curves/fair"}, std::pair{m_singles, "curves/folds"}})
        connect(box, &QCheckBox::toggled, this, [this, key = key](bool on) {
            QSettings().setValue(key, on);
            refresh();
        });
}

void RunCurves::restore()
{
    const QSettings settings;
    const int percent = settings.value("curves/smoothing", int(defaultSmoothing * 100)).toInt();
    m_smoothing->setValue(percent);
    m_plot->setSmoothing(percent / 100.0);
    m_axis->setCurrentIndex(settings.value("curves/axis", int(plots::XAxis::Epoch)).toInt());
    m_plot->setXAxis(plots::XAxis(m_axis->currentIndex()));
    m_log->setChecked(settings.value("curves/log", true).toBool());
    m_fair->setChecked(settings.value("curves/fair", false).toBool());
    m_singles->setChecked(settings.value("curves/folds", true).toBool());
}

void RunCurves::setRuns(const std::vector<RunModel*>& runs)
{
    m_runs.assign(runs.begin(), runs.end());
    for (RunModel* run : runs)
        connect(run, &QObject::destroyed, this, &RunCurves::refresh, Qt::UniqueConnection);
    refresh();
}

void RunCurves::setEmptyText(const QString& text)
{
    m_plot->setEmptyText(text);
}

void RunCurves::setControlsShown(bool shown)
{
    m_controls->setVisible(shown);
}

void RunCurves::setLossOnly(bool on)
{
    m_lossOnly = on;
    refresh();
}

void RunCurves::setRunNames(const QStringList& names)
{
    m_names = names;
    refresh();
}

QString RunCurves::signature() const
{
    QStringList parts{m_names.join('|'), QString::number(m_fair->isChecked()), QString::number(m_singles->isChecked()),
                      QString::number(m_lossOnly)};
    for (const auto& run : m_runs)
        if (run)
            parts << QString::number(quintptr(run.data()), 16) << run->id() << QString::number(run->color)
                  << run->seriesNames().join(',') << QString::number(run->opened().stepsPerEpoch);
    return parts.join(';');
}

void RunCurves::refresh()
{
    std::erase_if(m_runs, [](const auto& run) { return run.isNull(); });
    if (m_folds.update({m_runs.begin(), m_runs.end()})) {
        m_signature.clear();
        m_singles->setVisible(m_folds.folds() > 0);
    }
    if (QString now = signature(); now != m_signature) {
        m_signature = std::move(now);
        m_marks.clear();
        rebuild();
    }
    rebuildMarks();
    const auto shown = m_runs.empty() ? std::nullopt : m_runs.front()->shownStep();
    m_plot->setNow(shown ? double(*shown) : std::numeric_limits<double>::infinity());
    m_plot->refresh();
}

void RunCurves::setRoute(plots::Route route, double ahead)
{
    const bool shown = m_ratePanel >= 0 && !route.points.empty();
    m_plot->setRoute(shown ? m_ratePanel : -1, std::move(route));
    m_plot->setAhead(shown ? ahead : 0);
}

void RunCurves::rebuild()
{
    Layout layout;
    std::vector<PanelSpec> panels;
    if (!m_runs.empty()) {
        const RunModel& front = *m_runs.front();
        PanelSpec loss{tr("Loss"), models::lossName(front.spec(), !front.opened().classes.empty()), m_log->isChecked(),
                       2.4};
        panels.push_back(loss);
        layout.metric = m_lossOnly ? QString() : models::shownMetric(front);
        if (!layout.metric.isEmpty()) {
            PanelSpec metric{titleOf(layout.metric)};
            if (layout.metric == "accuracy")
                metric.format = plots::ValueFormat::Percent;
            panels.push_back(metric);
        }
        layout.rate = !m_lossOnly && front.series("train/lr");
        if (layout.rate)
            panels.push_back(PanelSpec{tr("Learning rate"), {}, true, 0.75});
    }
    m_ratePanel = layout.rate ? int(panels.size()) - 1 : -1;
    std::vector<CurveSpec> curves = meanCurves(layout);
    const bool joined = !curves.empty();
    m_validationCurve = -1;
    for (std::size_t i = 0; i < m_runs.size(); ++i) {
        const auto more = joined && m_folds.holds(*m_runs[i]) ? foldCurvesOf(*m_runs[i], layout)
                                                              : curvesOf(*m_runs[i], int(i), layout);
        curves.insert(curves.end(), more.begin(), more.end());
        for (std::size_t c = 0; !joined && i == 0 && c < more.size(); ++c)
            if (more[c].panel == 0 && (more[c].line == Line::Validation || m_validationCurve < 0))
                m_validationCurve = int(c);
    }
    m_plot->setMarks({});
    m_plot->setCurves({});
    m_plot->setPanels(std::move(panels));
    m_plot->setCurves(std::move(curves));
}

/// What the experiment is called where that tells the runs apart, else the run's id.
QString RunCurves::nameOf(const RunModel& run) const
{
    const QString name = QString::fromStdString(run.spec()["name"].text());
    const auto same = std::ranges::count_if(
        m_runs, [&](const auto& other) { return QString::fromStdString(other->spec()["name"].text()) == name; });
    return m_runs.size() > 1 && same == 1 && !name.isEmpty() ? name : run.id();
}

std::vector<CurveSpec> RunCurves::curvesOf(const RunModel& run, int place, const Layout& layout) const
{
    std::vector<CurveSpec> curves;
    const bool alone = m_runs.size() == 1;
    const QString name = place < m_names.size() ? m_names[place] : nameOf(run);
    const auto add = [&](int panel, const QString& series, const QString& label, Line line) -> CurveSpec* {
        const plots::SeriesBuffer* buffer = run.series(series);
        if (!buffer)
            return nullptr;
        CurveSpec curve{panel, buffer, alone ? label : name, run.color, line, name};
        curve.stepsPerEpoch = double(run.opened().stepsPerEpoch);
        curve.epochs = &run.epochs();
        curves.push_back(curve);
        return &curves.back();
    };
    const auto pair = [&](int panel, const QString& metric, bool bySteps) {
        const bool stepped = bySteps && run.series("train/" + metric);
        if (CurveSpec* training =
                add(panel, (stepped ? "train/" : "train_eval/") + metric, tr("training"), Line::Training)) {
            training->smoothed = stepped;
            training->named = alone || !run.series("validation/" + metric);
        }
        add(panel, "validation/" + metric, tr("validation"), Line::Validation);
        // What a new task is learned on top of.
        if (CurveSpec* old = add(panel, "old/" + metric, tr("old task"), Line::Plain)) {
            old->dashed = true;
            old->named = alone;
        }
    };
    pair(0, "loss", true);
    if (m_fair->isChecked())
        if (CurveSpec* fair = add(0, "train_eval/loss", tr("training, fair"), Line::Fair))
            fair->named = alone;
    int panel = 1;
    if (!layout.metric.isEmpty())
        pair(panel++, layout.metric,
             !run.series("train_eval/" + layout.metric) || run.opened().stepsPerEpoch > fewSteps);
    if (layout.rate)
        if (CurveSpec* rate = add(panel, "train/lr", tr("rate"), Line::Plain))
            rate->stairs = true;
    return curves;
}

/// Mean of the folds that have ended, with a band about what was validated.
std::vector<CurveSpec> RunCurves::meanCurves(const Layout& layout) const
{
    std::vector<CurveSpec> curves;
    const QString name = tr("mean of %1 folds").arg(m_folds.folds());
    const auto add = [&](int panel, const plots::SeriesBuffer& buffer, const QString& label, Line line) -> CurveSpec& {
        CurveSpec curve{panel, &buffer, label, 0, line, name};
        curve.stepsPerEpoch = m_folds.epochs().bends.empty() ? 0 : m_folds.epochs().bends.front().stepsPerEpoch;
        curve.epochs = &m_folds.epochs();
        curve.named = line == Line::Validation;
        curves.push_back(curve);
        return curves.back();
    };
    const auto metric = [&](int panel, const QString& metric) {
        for (const char* part : {"train/", "train_eval/"})
            if (const auto* training = m_folds.band(part + metric)) {
                add(panel, training->mean, tr("training"), Line::Training).smoothed = part == QLatin1String("train/");
                break;
            }
        if (const auto* validation = m_folds.band("validation/" + metric)) {
            add(panel, validation->mean, tr("validation"), Line::Validation);
            add(panel, validation->lower, tr("mean − standard deviation"), Line::Edge);
            add(panel, validation->upper, tr("mean + standard deviation"), Line::Edge);
        }
    };
    if (m_folds.folds() == 0)
        return {};
    metric(0, "loss");
    if (!layout.metric.isEmpty())
        metric(1, layout.metric);
    return curves;
}

/// One fold beside their mean: while it trains as any run, then in grey.
std::vector<CurveSpec> RunCurves::foldCurvesOf(const RunModel& run, const Layout& layout) const
{
    std::vector<CurveSpec> curves = curvesOf(run, int(m_names.size()), layout);
    const QString name = tr("fold %1").arg(run.spec()["split"]["fold"].toInt() + 1);
    const bool front = &run == m_runs.front().data();
    std::erase_if(curves, [&](const CurveSpec& curve) {
        if (curve.panel == m_ratePanel)
            return !front;
        return !run.live() && (curve.line != Line::Validation || !m_singles->isChecked());
    });
    for (CurveSpec& curve : curves) {
        curve.label = curve.run = name;
        curve.color = run.live() ? 1 : -1;
        curve.named = run.live() && curve.named;
        if (!run.live() && curve.line == Line::Validation)
            curve.line = Line::Training;
    }
    return curves;
}

void RunCurves::rebuildMarks()
{
    std::vector<MarkSpec> marks;
    QString text;
    // Marks of one fold say nothing of their mean.
    if (!m_runs.empty() && m_folds.folds() == 0) {
        const RunModel& run = *m_runs.front();
        for (const auto& edit : run.edits())
            marks.push_back({MarkSpec::Kind::Edit, double(edit.step), editName(edit)});
        for (const auto& thaw : run.thaws())
            marks.push_back(
                {MarkSpec::Kind::Edit, double(thaw.step), tr("%1 thaws").arg(QString::fromStdString(thaw.layers))});
        if (const auto best = run.best()) {
            const bool loss = QString::fromStdString(best->metric).endsWith("loss");
            marks.push_back({MarkSpec::Kind::Best, double(best->step), tr("best"), epochText(best->epoch),
                             loss ? m_validationCurve : -1});
        }
        if (run.finished() && run.finished()->state == core::events::RunState::EarlyStopped)
            marks.push_back({MarkSpec::Kind::EarlyStop, double(run.finished()->steps), tr("early stop"),
                             epochText(run.finished()->epochs), m_validationCurve});
        // Each rule where it fired first; those that came after stand on the Debug page.
        std::set<std::string> told;
        for (const core::events::Finding& finding : run.findings())
            if (told.size() < mostFindings && told.insert(finding.rule).second)
                marks.push_back({MarkSpec::Kind::Finding, double(finding.step), QString::fromStdString(finding.rule)});
    }
    for (const MarkSpec& mark : marks)
        text += QString::number(mark.step) + mark.name + mark.detail + QString::number(mark.curve) + ';';
    if (text != m_marks) {
        m_marks = text;
        m_plot->setMarks(std::move(marks));
    }
}

}
