// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/surrogate_view.h"

#include "ui/pages/point_bar.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using models::SurrogateScene;
using models::SurrogateShown;
using plots::StudyPlot;
using style::Label;
using style::Tone;

namespace {

constexpr int tickMs = 400; ///< a class can follow two or three trials a second

QComboBox* choiceOf(const char* name, const QString& said)
{
    auto* box = new QComboBox;
    box->setObjectName(name);
    box->setAccessibleName(said);
    box->setToolTip(said);
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    return box;
}

}

SurrogateView::SurrogateView(QWidget* parent)
    : QWidget(parent),
      m_x(choiceOf("surrogateX", tr("Parameter across"))),
      m_y(choiceOf("surrogateY", tr("A second parameter upwards, with colours; or one alone, with curves"))),
      m_shown(choiceOf("surrogateShown", tr("What the colours tell"))),
      m_slider(new QSlider(Qt::Horizontal)),
      m_play(new QToolButton),
      m_after(new Label({}, Tone::Body)),
      m_note(new Label({}, Tone::Muted)),
      m_upper(new StudyPlot),
      m_lower(new StudyPlot),
      m_point(new PointBar)
{
    build();
    for (QComboBox* box : {m_x, m_y})
        connect(box, &QComboBox::currentIndexChanged, this, [this] {
            m_point->clear();
            ask();
        });
    connect(m_shown, &QComboBox::currentIndexChanged, this, &SurrogateView::draw);
    connect(m_slider, &QSlider::valueChanged, this, &SurrogateView::ask);
    connect(m_slider, &QSlider::sliderPressed, this, [this] { play(false); });
    connect(m_play, &QToolButton::clicked, this, [this] { play(!m_ticker.isActive()); });
    connect(&m_worker, &bridge::Preview::slow, this, [this](bool slow) {
        if (slow)
            m_note->setText(tr("Fitting the model…"));
        else
            tell();
    });
    m_ticker.setInterval(tickMs);
    connect(&m_ticker, &QTimer::timeout, this, &SurrogateView::step);
    for (StudyPlot* plot : {m_upper, m_lower}) {
        connect(plot, &StudyPlot::hovered, this, &SurrogateView::hovered);
        connect(plot, &StudyPlot::chosen, this, &SurrogateView::chosen);
        connect(plot, &StudyPlot::opened, this, &SurrogateView::opened);
        connect(plot, &StudyPlot::picked, this, &SurrogateView::pick);
    }
    connect(m_point, &PointBar::tryWanted, this, [this](const core::base::Object& point) {
        m_upper->setPicked({});
        Q_EMIT tryWanted(point);
    });
}

void SurrogateView::build()
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_x);
    row->addWidget(m_y);
    row->addWidget(m_shown);
    row->addSpacing(8);
    row->addWidget(m_play);
    row->addWidget(m_slider, 1);
    row->addWidget(m_after);
    column->addLayout(row);
    column->addWidget(m_note);
    column->addWidget(m_point);
    column->addWidget(m_upper, 3);
    column->addWidget(m_lower, 2);
    m_upper->setMinimumHeight(120);
    m_lower->setMinimumHeight(92);
    m_note->setElided(Qt::ElideRight);
    m_note->setObjectName("surrogateNote");
    m_after->setObjectName("surrogateAfter");
    m_shown->addItems({tr("mean"), tr("uncertainty"), tr("acquisition")});
    m_slider->setObjectName("surrogateSlider");
    m_slider->setAccessibleName(tr("After how many trials"));
    m_slider->setToolTip(tr("What the model was after so many trials: it then chose the next one"));
    m_slider->setPageStep(5);
    m_play->setObjectName("surrogatePlay");
    m_play->setAutoRaise(true);
    m_play->setIcon(style::icon(QStringLiteral("play")));
    m_play->setAccessibleName(tr("Play how the model grew"));
    m_play->setToolTip(tr("Plays how the model grew, trial by trial"));
}

void SurrogateView::setStudy(const Study& study)
{
    // What was at the end stays there as trials arrive; what a person went back to stays too.
    const bool other = !study || !m_study || study->name != m_study->name;
    const bool live = other || m_slider->value() == m_slider->maximum();
    m_study = study;
    if (other) {
        m_scene.reset();
        play(false);
    }
    fill();
    {
        const QSignalBlocker quiet(m_slider);
        const int trials = study ? int(study->trials.size()) : 0;
        m_slider->setRange(std::min(1, trials), trials);
        if (live)
            m_slider->setValue(trials);
    }
    const std::int64_t order = study ? study->order : -1;
    if (other || (live && order != m_order))
        ask();
    else
        tell();
}

void SurrogateView::fill()
{
    QStringList names;
    if (m_study)
        for (const core::tune::Parameter& each : m_study->space.parameters())
            names << models::shortName(m_study->space, each.path);
    if (names.join(QLatin1Char('\n')) == m_filled)
        return;
    m_filled = names.join(QLatin1Char('\n'));
    m_point->clear();
    const QSignalBlocker a(m_x), b(m_y);
    m_x->clear();
    m_y->clear();
    m_x->addItems(names);
    m_y->addItem(tr("alone"));
    for (const QString& name : names)
        m_y->addItem(tr("and %1").arg(name));
    m_x->setVisible(names.size() > 1);
    m_y->setVisible(names.size() > 1);
}

void SurrogateView::ask()
{
    const int x = m_x->currentIndex(), y = m_y->currentIndex() - 1;
    m_shown->setVisible(y >= 0);
    if (!m_study || x < 0) {
        m_scene.reset();
        draw();
        return;
    }
    m_stale = !isVisible();
    if (m_stale)
        return;
    m_order = m_study->order;
    if (x == y) {
        m_scene.reset();
        m_problem = tr("Choose two different parameters.");
        draw();
        return;
    }
    models::SurrogateQuestion question{*m_study, m_slider->value(), std::size_t(x), {}};
    if (y >= 0)
        question.y = std::size_t(y);
    m_worker.ask(
        [question = std::move(question)] { return models::surrogateScene(question); },
        [this](core::base::Result<SurrogateScene> scene) {
            m_scene.reset();
            m_problem.clear();
            if (scene)
                m_scene = std::move(*scene);
            else
                m_problem =
                    tr("The model is shown once there is one: %1.").arg(QString::fromStdString(scene.error().message));
            draw();
        });
}

void SurrogateView::draw()
{
    const bool plane = m_scene && m_scene->y;
    m_lower->setVisible(m_scene && !plane);
    if (!m_scene || !m_study) {
        StudyPlot::Spec spec;
        spec.name = tr("Model of the strategy");
        spec.empty = m_problem.isEmpty() ? tr("Here will be what the strategy believes of the objective.") : m_problem;
        m_upper->setSpec(std::move(spec));
    } else if (plane) {
        m_upper->setSpec(models::fieldOf(*m_scene, *m_study, SurrogateShown(std::max(0, m_shown->currentIndex()))));
    } else {
        m_upper->setSpec(models::beliefOf(*m_scene, *m_study));
        m_lower->setSpec(models::acquisitionOf(*m_scene, *m_study));
    }
    tell();
}

void SurrogateView::tell()
{
    const int trials = m_study ? int(m_study->trials.size()) : 0;
    m_after->setText(tr("after %1 of %2 trials").arg(style::count(m_slider->value()), style::count(trials)));
    m_note->setText(m_scene && m_study ? models::surrogateText(*m_scene, *m_study) : QString());
    m_play->setEnabled(trials > 1);
    m_slider->setEnabled(trials > 1);
}

void SurrogateView::setLit(qint64 trial)
{
    m_upper->setLit(trial);
}

void SurrogateView::setFaded(const std::vector<qint64>& trials)
{
    m_upper->setFaded(trials);
}

void SurrogateView::pick(const QPointF& place)
{
    if (!m_study || !m_scene)
        return;
    std::vector<std::pair<std::size_t, double>> units{{m_scene->x, place.x()}};
    if (m_scene->y)
        units.emplace_back(*m_scene->y, place.y());
    m_upper->setPicked(place);
    m_point->offer(*m_study, units, m_scene->next);
}

void SurrogateView::play(bool on)
{
    if (on && m_slider->value() == m_slider->maximum())
        m_slider->setValue(m_slider->minimum());
    on ? m_ticker.start() : m_ticker.stop();
    m_play->setIcon(style::icon(on ? QStringLiteral("pause") : QStringLiteral("play")));
}

void SurrogateView::step()
{
    // A slow model holds the next trial back.
    if (m_worker.busy())
        return;
    if (m_slider->value() >= m_slider->maximum())
        play(false);
    else
        m_slider->setValue(m_slider->value() + 1);
}

void SurrogateView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_stale)
        ask();
}

void SurrogateView::hideEvent(QHideEvent* event)
{
    play(false);
    QWidget::hideEvent(event);
}

}
