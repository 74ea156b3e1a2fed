// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/class_curves.h"

#include "ui/models/run_model.h"
#include "ui/plots/live_plot.h"

#include <QComboBox>
#include <QVBoxLayout>

#include <limits>

namespace ui::pages {

namespace {

const QString root = QStringLiteral("validation/per_class/");

}

ClassCurves::ClassCurves(QWidget* parent) : QWidget(parent), m_metric(new QComboBox), m_plot(new plots::LivePlot)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_metric, 0, Qt::AlignLeft);
    column->addWidget(m_plot, 1);
    m_metric->setAccessibleName(tr("Metric"));
    m_metric->setToolTip(
        tr("recall = found of those that are of the class; precision = right of those that were said to "
           "be; F1 = 2·precision·recall / (precision + recall).\nOne class far below the others: it is "
           "rare, or looks like another. The confusion matrix says which."));
    m_plot->setXAxis(plots::XAxis::Epoch);
    m_plot->setLegendShown(false);
    connect(m_metric, &QComboBox::currentIndexChanged, this, &ClassCurves::showCurves);
    setRun(nullptr);
}

void ClassCurves::setRun(const models::RunModel* run)
{
    m_plot->setCurves({});
    m_run = run;
    m_drawn.clear();
    const QSignalBlocker quiet(m_metric);
    m_metric->clear();
    m_metric->hide();
    m_plot->setEmptyText(run ? tr("The first values come with the first evaluation.")
                             : tr("Train on classes: how well each is told will stand here."));
    refresh();
}

void ClassCurves::refresh()
{
    if (!m_run)
        return;
    QStringList metrics;
    for (const QString& name : m_run->seriesNames())
        if (name.startsWith(root))
            if (const QString metric = name.mid(root.size()).section('/', 0, 0); !metrics.contains(metric))
                metrics << metric;
    if (metrics.size() != m_metric->count()) {
        const QSignalBlocker quiet(m_metric);
        m_metric->clear();
        m_metric->addItems(metrics);
        m_metric->setCurrentIndex(std::max(0, int(metrics.indexOf("recall"))));
        m_metric->show();
    }
    if (metrics.isEmpty() && m_run->opened().stepsPerEpoch > 0 && m_run->opened().classes.empty())
        m_plot->setEmptyText(tr("This run predicts numbers: there are no classes to tell apart."));
    else if (metrics.isEmpty() && m_run->finished())
        m_plot->setEmptyText(tr("No values by class were recorded: there was no validation, or there were too many "
                                "classes."));
    showCurves();
}

void ClassCurves::showCurves()
{
    if (!m_run)
        return;
    const QString metric = m_metric->currentText();
    const auto& classes = m_run->opened().classes;
    const QString drawn =
        metric + QLatin1Char(' ') + QString::number(classes.size()) + QString::number(m_run->opened().stepsPerEpoch);
    if (!metric.isEmpty() && drawn != m_drawn) {
        m_drawn = drawn;
        plots::PanelSpec panel{.title =
                                   metric == "f1" ? QStringLiteral("F1") : metric.left(1).toUpper() + metric.mid(1),
                               .subtitle = tr("validation, by class")};
        panel.format = plots::ValueFormat::Percent;
        m_plot->setCurves({});
        m_plot->setPanels({panel});
        std::vector<plots::CurveSpec> curves;
        for (std::size_t c = 0; c < classes.size(); ++c) {
            const QString name = QString::fromStdString(classes[c]);
            const plots::SeriesBuffer* buffer = m_run->series(root + metric + QLatin1Char('/') + name);
            if (!buffer)
                continue;
            plots::CurveSpec curve{0, buffer, name, int(c)};
            curve.dots = true;
            curve.stepsPerEpoch = double(m_run->opened().stepsPerEpoch);
            curve.epochs = &m_run->epochs();
            // There are more classes than colours that can be told apart.
            if (classes.size() > 6)
                curve.shade = 0.05 + 0.85 * double(c) / double(classes.size() - 1);
            curves.push_back(curve);
        }
        m_plot->setCurves(std::move(curves));
    }
    m_plot->setNow(m_run->shownStep() ? double(*m_run->shownStep()) : std::numeric_limits<double>::infinity());
    m_plot->refresh();
}

}
