// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/schema.h"

#include <QWidget>

namespace ui::style {
class Label;
}

namespace ui::forms {

/// What a tiny curve of the loss looks like.
enum class CurveShape { None, Good, Slow, Swinging, Noisy, Turning, Flat };

/// The curve that a sentence of a field's help describes: `shakes` is noisy, `diverges` swings, `learned by heart`
/// turns up again; None where the words tell of no curve.
CurveShape shapeOf(const std::string& sentence);

class TinyCurves;

/// The focused field teaches: name, text, formula, and what too low, right and too high look like.
class TeachPanel final : public QWidget {
    Q_OBJECT

public:
    explicit TeachPanel(QWidget* parent = nullptr);
    void teach(const core::base::Field& field);
    void clear();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    style::Label* m_name;
    style::Label* m_text;
    style::Label* m_formula;
    TinyCurves* m_curves;
    style::Label* m_low;
    style::Label* m_high;
};

/// Up to three small pictures of a loss over the steps.
class TinyCurves final : public QWidget {
    Q_OBJECT

public:
    explicit TinyCurves(QWidget* parent = nullptr);
    void setShapes(CurveShape low, CurveShape high);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    CurveShape m_low = CurveShape::None, m_high = CurveShape::None;
};

}
