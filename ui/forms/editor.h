// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/schema.h"

#include <QCheckBox>
#include <QComboBox>

class QPainter;

namespace ui::forms {

/// Where a field's value is shown and changed: right-aligned on a hairline, which is 2 px of accent while it has the
/// keyboard. At its right edge is a gutter of 20 px for one sign.
class Editor : public QWidget {
    Q_OBJECT

public:
    static constexpr int height = 26;
    static constexpr int gutter = 20;
    static constexpr int usualWidth = 104;

    explicit Editor(QWidget* parent = nullptr);

    /// Shows a value as it was given; one that does not fit the field is shown as it is.
    virtual void display(const core::base::Value& value) = 0;
    /// A ⚡ in the gutter: the value may change while it trains.
    void setLive(bool live);
    bool live() const { return m_live; }
    /// What the present value needs to be read whole.
    virtual int wantedWidth() const { return usualWidth; }

Q_SIGNALS:
    void committed(const core::base::Value& value);
    void focusEntered();
    void focusLeft();

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    /// The child that takes the keyboard.
    void setInput(QWidget* input);
    virtual bool underlined() const { return true; }

private:
    bool m_live = false;
};

/// A toggle as a small pill.
class Switch final : public QCheckBox {
    Q_OBJECT

public:
    explicit Switch(QWidget* parent = nullptr);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool hitButton(const QPoint& position) const override;
};

class FlagEditor final : public Editor {
    Q_OBJECT

public:
    explicit FlagEditor(const QString& name, QWidget* parent = nullptr);
    void display(const core::base::Value& value) override;
    int wantedWidth() const override;

protected:
    bool underlined() const override { return false; }
    void resizeEvent(QResizeEvent* event) override;

private:
    Switch* m_switch;
};

/// One of some values by name; the wheel turns it only while it has the keyboard.
class ChoiceBox final : public QComboBox {
    Q_OBJECT

public:
    explicit ChoiceBox(QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void showPopup() override;
    bool event(QEvent* event) override;
};

class ChoiceEditor final : public Editor {
    Q_OBJECT

public:
    struct Option {
        core::base::Value value;
        QString title;
        QString help = {};
    };

    ChoiceEditor(const QString& name, std::vector<Option> options, QWidget* parent = nullptr);
    void display(const core::base::Value& value) override;
    int wantedWidth() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    std::vector<Option> m_options;
    ChoiceBox* m_box;
};

/// A small downward angle, the sign of a choice.
void paintChevron(QPainter& painter, QPointF center, const QColor& color);

}
